"""summary.py WHOLE FAILED: the summaries of the two sweeps of sweep_summary.sh, as others read them."""
import sys

import h5py
import numpy


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def whole(summary):
    assert text(summary.attrs["format"]) == "crosshebb-sweep" and summary.attrs["format_version"] == 1
    assert text(summary.attrs["name"]) == "bits"
    assert text(summary["config"][()]) == open("sweep.yaml").read()
    axes = summary["axes"]
    assert [text(axes[i].attrs["key"]) for i in "01"] == ["crossbar.adc_bits", "network.layers.*.rate"]
    assert [text(axes[i].attrs["scale"]) for i in "01"] == ["linear", "log"]
    assert list(axes["0"]) == [4, 4, 8, 8] and list(axes["1"]) == [0.01, 0.1, 0.01, 0.1]
    assert text(axes["0"].attrs["unit"]) == "bit"
    assert list(summary["seeds/network"]) == [5, 5] and list(summary["seeds/device"]) == [1, 2]
    assert list(summary["seeds/cycle"]) == [7, 7]
    assert (summary["status"][()] == 0).all() and summary["messages"].shape == (4, 2)
    assert len(summary["results"]) == 13
    for name, figure in summary["results"].items():
        assert figure.shape == (4, 2) and text(figure.attrs["unit"]) and text(figure.attrs["description"]), name
        later = name in ("aged_accuracy", "compensated_accuracy") # there are no tests after training
        assert (numpy.isnan if later else numpy.isfinite)(figure[()]).all(), name
    for run in range(8):
        result = summary[f"points/{run:05}"]["result"].attrs
        row = lambda name: summary["results"][name][run // 2, run % 2]
        for name, attribute in [("test_accuracy", "test_accuracy"), ("energy_total_J", "energy"), ("wear_max", "wear_max"),
                                ("energy_per_pulse_J", "energy_per_pulse"), ("latency_s", "latency")]:
            assert row(name) == result[attribute], name
        assert abs(row("pulses") * row("energy_per_pulse_J") / result["update_energy"] - 1) < 1e-12


def failed(summary):
    assert summary["status"][()].tolist() == [[0, 0], [0, 0], [1, 1], [1, 1]]
    assert [text(value) for value in summary["axes/0"]] == ["mnist", "mnist", "nowhere", "nowhere"]
    assert numpy.isnan(summary["results/test_accuracy"][2:]).all() and b"nowhere" in summary["messages"][3, 1]
    assert sorted(summary["points"]) == ["00000", "00001", "00002", "00003"]


whole(h5py.File(sys.argv[1]))
failed(h5py.File(sys.argv[2]))
