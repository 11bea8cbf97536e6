#!/usr/bin/env bash
# programmed.sh PROGRAM: layers that learn digitally and are then written onto crossbars.
. "$(dirname "$0")/common.sh"
find_h5py

sed -i 's/synapses: [a-z]*/synapses: programmed/; s/^device: .*/device: {preset: pcm-90nm}/; /^scheme/d' tiny.yaml
groups=(/train /readout /ledger /wear /layers /config)

# Learning is that of digital synapses, bit for bit; what comes after is not.
expect 0 "$program" run tiny.yaml --quiet --json --threads 1 --out written.h5
mv out written.json
expect 0 "$program" run tiny.yaml --quiet --set 'network.layers.*.synapses=digital' --out digital.h5
for layer in first second; do
    for column in image norm_mean cosine_to_start winner_entropy; do
        expect_same written.h5 digital.h5 "/train/$layer/$column"
    done
done
if h5diff written.h5 digital.h5 /readout /readout >/dev/null; then
    fail "arrays do not matter"
fi

# The same bits for any number of threads, and from the resolved configuration.
expect 0 "$program" run tiny.yaml --quiet --threads 2 --out two.h5
expect_same written.h5 two.h5 "${groups[@]}"
"$python" -c "import h5py; print(h5py.File('written.h5')['/config'].attrs['yaml'])" >resolved.yaml
expect 0 "$program" run resolved.yaml --quiet --out again.h5
expect_same written.h5 again.h5 "${groups[@]}"

# Every device is programmed once, to the errors of its model; nothing learns on it; time takes its share.
expect 0 "$program" run tiny.yaml --quiet --set training.rest_seconds=3e7 --out later.h5
"$python" - <<'END_OF_PYTHON'
import h5py
import json
import numpy

run = json.load(open("written.json"))
assert [layer["devices"] for layer in run["layers"]] == [2 * 25 * 8, 2 * 72 * 12]
assert run["pulses"]["attempted"] == 0 and run["wear"]["max"] == run["wear"]["p999"] == 20
assert run["energy"]["parts"]["pulse_up"] > 0 and run["energy"]["training_J"] == 0
digital, written, later = (h5py.File(f"{name}.h5") for name in ("digital", "written", "later"))
for layer, devices in ("first", 400), ("second", 1728):
    counts = written["/ledger/counts/program"]
    wanted = digital[f"/layers/{layer}/weights"][()]
    full = abs(wanted).max()
    error, aged = (numpy.sqrt(((file[f"/layers/{layer}/weights"][()] - wanted) ** 2).mean()) / full for file in (written, later))
    assert 0.02 < error < 0.2 and error < aged < 0.5, (error, aged)
    conductance = written[f"/layers/{layer}/conductance"][()]
    assert conductance.size == devices and conductance.min() >= 0 and 10e-6 < conductance.max() < 30e-6
assert written["/ledger/counts/program/pulse_up"][()] == 20 * (400 + 1728)
# Reads of calibration, an image batch of 10 through both layers, and of the loop.
assert written["/ledger/counts/program/softmax"][()] == 10 * (784 * 8 + 49 * 12)
assert "forward" not in written["/ledger/counts"] or not written["/ledger/counts/forward/softmax"][()]
assert written["/ledger/counts/inference/softmax"][()] == 400 * (784 * 8 + 49 * 12)
END_OF_PYTHON

# Cells that err in nothing, behind ideal converters, do what the matrix did.
expect 0 "$program" run tiny.yaml --quiet --set device.program_noise=0 --set device.drift=0 --set device.flicker_noise=0 \
    --set crossbar.dac_bits=0 --set crossbar.adc_bits=0 --out exact.h5
"$python" - <<'END_OF_PYTHON'
import h5py
import numpy

exact, digital = (h5py.File(f"{name}.h5") for name in ("exact", "digital"))
for layer in "first", "second":
    wanted = digital[f"/layers/{layer}/weights"][()]
    assert abs(exact[f"/layers/{layer}/weights"][()] - wanted).max() < 1e-5 * abs(wanted).max()
END_OF_PYTHON

# A run that is stopped while it reads out goes on with the same bits: arrays are programmed again.
expect 0 "$program" run tiny.yaml --quiet --set readout.epochs=4000 --out whole.h5
"$program" run tiny.yaml --quiet --checkpoint 0.001 --set readout.epochs=4000 --out stopped.h5 2>/dev/null &
process=$!
for _ in $(seq 600); do
    [ ! -e stopped.h5.checkpoint.readout ] || break
    sleep 0.05
done
kill -INT "$process" 2>/dev/null || true
wait "$process" || true
if [ -e stopped.h5.checkpoint.readout ]; then
    expect 0 "$program" run tiny.yaml --resume --set readout.epochs=4000 --out stopped.h5
    grep -q 'goes on after' err || fail "it began anew: $(cat err)"
fi
expect_same whole.h5 stopped.h5 "${groups[@]}"

# The same readout on arrays that go on ageing, without and with compensation.
expect 0 "$program" run tiny.yaml --quiet --set 'inference.after=1 d, 1 y' --set crossbar.compensation=tile --out aged.h5
"$python" - <<'END_OF_PYTHON'
import h5py

aged = h5py.File("aged.h5")["/inference"]
assert list(aged["seconds"]) == [86400, 365 * 86400]
for column in "test_accuracy", "compensated_accuracy":
    assert ((aged[column][()] >= 0) & (aged[column][()] <= 1)).all()
END_OF_PYTHON

# What is predicted counts the devices; a report has them; and who cannot be so.
expect 0 "$program" check tiny.yaml
grep -q 'devices  *2.13 k' out || fail "devices are not predicted: $(cat out)"
expect 0 "$program" report written.h5 --out page.html
grep -q 'set to 25 uS' page.html || fail "no drift of programmed cells"
expect_error '^--set scheme.name=.*: scheme.name = read_modify_write learns by pulses; device.model = pcm_programmed describes' \
    "$program" check tiny.yaml --set network.layers.0.synapses=crossbar --set scheme.name=read_modify_write
expect_error 'network.layers.0.synapses = crossbar needs a section scheme' \
    "$program" check tiny.yaml --set network.layers.0.synapses=crossbar
