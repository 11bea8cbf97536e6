"""result.py FILE.h5 YAML: checks a result of the tiny experiment and takes its resolved configuration out of it."""
import math
import sys

import h5py

GROUPS = ["code", "conductance", "config", "layers", "ledger", "readout", "result", "train", "wear"]


def check_texts(name, item):
    """Every data set has a unit and a sentence."""
    if isinstance(item, h5py.Dataset):
        assert item.attrs["unit"], name
        assert len(item.attrs["sentence"]) > 5, name


def total(group):
    return sum(item[()] for phase in group.values() for item in phase.values())


def main():
    file = h5py.File(sys.argv[1], "r")
    assert sorted(file) == GROUPS, sorted(file)
    file.visititems(check_texts)
    assert file.attrs["format"] == "crosshebb" and file.attrs["format_version"] == 1
    assert file.attrs["seed"] == 7
    for name in "version", "revision", "first_revision", "compiler", "flags", "libraries", "cpu":
        assert file["code"].attrs[name], name
    assert file["code"].attrs["threads"] >= 1

    config = file["config"]
    assert config.attrs["experiment"] == "tiny"
    assert config["training"].attrs["rest_seconds"] == 3600
    assert config["training"].attrs["rest_seconds.unit"] == "s"
    assert config["network/layers/1"].attrs["name"] == "second"

    train = file["train/first"]
    assert list(train["image"]) == [100, 200, 300]
    assert all(len(column) == 3 for column in train.values())
    assert all(a <= b for a, b in zip(train["energy"], train["energy"][1:]))
    assert 0 < train["winners"][0] <= 1 and 0 <= train["winner_entropy"][0] <= 3
    assert list(file["readout/epoch"]) == [1, 2, 3]

    result = file["result"].attrs
    assert result["complete"] == 1
    assert result["test_accuracy"] == file["readout/test_accuracy"][-1]
    assert math.isclose(result["energy"], total(file["ledger/energy"]), rel_tol=1e-12)
    assert math.isclose(result["latency"], total(file["ledger/latency"]), rel_tol=1e-12)
    assert result["energy.unit"] == "J"
    first = file["result/layers/first"].attrs
    assert first["outputs"] == 8 and first["inputs"] == 25
    assert first["norm_min"] <= first["norm_mean"] <= first["norm_max"]
    assert first["winners"] == train["winners"][-1] and first["winner_entropy.unit"] == "bit"
    assert 0 < first["cosine_to_start"] < 1 and 0 <= first["converged_fraction"] <= 1
    hardware = file["ledger/hardware"]
    assert hardware["adc_conversion"].attrs["source"] and hardware["adc_conversion"].attrs["joules"] > 0

    conductance = file["layers/first/conductance"]
    assert conductance.shape[1:] == (8, 25) and conductance.attrs["unit"] == "S"
    assert sum(file["wear/first/devices"]) == conductance.size
    assert len(file["wear/first/edges"]) == len(file["wear/first/devices"]) + 1
    spread = file["conductance/first"]
    assert sum(spread["devices"]) == conductance.size and spread["edges"].attrs["unit"] == "S"
    assert math.isclose(spread["edges"][-1], conductance[()].max(), rel_tol=1e-6)
    assert list(file["conductance"]) == ["first"]
    assert file["layers/second/weights"].shape == (12, 72)
    sample = file["layers/first/sample"]
    assert sample.shape == (8, 5, 5, 1) and "sample" not in file["layers/second"]
    assert (sample[()].reshape(8, 25) == file["layers/first/weights"][()]).all()
    assert file["train/first"].attrs["total"] == 300
    assert "conductance" not in file["layers/second"]

    with open(sys.argv[2], "w", encoding="utf-8") as stream:
        stream.write(config.attrs["yaml"])


main()
