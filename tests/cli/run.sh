#!/usr/bin/env bash
# run.sh PROGRAM: a run, its JSON, and the same bits for any number of threads and from the resolved configuration.
. "$(dirname "$0")/common.sh"
same=(/train /readout /ledger /wear /layers)

expect 0 "$program" run tiny.yaml --json --quiet --threads 1 --out one.h5
[ ! -s err ] || fail "not quiet: $(cat err)"
mv out one.json
python3 -m json.tool one.json >/dev/null || fail "not JSON"
[ -e one.h5 ] || fail "no result"
[ ! -e one.h5.part ] || fail "a part is left"

# Every figure is there, and the sums are sums.
python3 - one.json <<'END'
import json
import math
import sys

run = json.load(open(sys.argv[1]))
assert run["experiment"] == "tiny" and run["seed"] == 7 and run["result"] == "one.h5"
assert 0.2 < run["test_accuracy"] <= 1, run["test_accuracy"]
for key in "train_images_per_second", "wall_seconds", "peak_memory_bytes", "latency_s":
    assert run[key] > 0, key
energy, pulses, layers = run["energy"], run["pulses"], run["layers"]
assert math.isclose(energy["total_J"], sum(energy["parts"].values()), rel_tol=1e-12)
assert math.isclose(energy["per_image_J"], energy["training_J"] / 600, rel_tol=1e-12)
assert math.isclose(energy["per_pulse_J"], energy["update_J"] / pulses["attempted"], rel_tol=1e-12)
synapses = sum(layer["inputs"] * layer["outputs"] for layer in layers)
assert math.isclose(energy["per_synapse_update_J"], energy["update_J"] / (300 * synapses), rel_tol=1e-12)
assert pulses["attempted"] == pulses["up"] + pulses["down"] + pulses["reset"] > 0
assert pulses["effective"] <= pulses["attempted"]
assert [layer["name"] for layer in layers] == ["first", "second"]
assert layers[0]["devices"] == 2 * 25 * 8 * (layers[0]["devices"] // (2 * 25 * 8)) > 0
assert layers[1]["devices"] == 0
for layer in layers:
    norm = layer["norm"]
    assert 0 < norm["min"] <= norm["mean"] <= norm["max"], norm
    assert 0 <= layer["converged_fraction"] <= 1
    assert 0 < layer["cosine_to_start"] < 1, layer
    assert 0 < layer["winners"] <= 1 and 0 <= layer["winner_entropy"] <= math.log2(layer["outputs"])
assert run["wear"]["max"] >= run["wear"]["p999"] > 0
assert 0 < run["lifetime_images"] < float("inf") and run["stuck_devices"] == 0
END

# What learning read and kept, from the same counts.
expect 0 "$program" run tiny.yaml --json --audit --quiet --out audit.h5
python3 - <<'END'
import json

run = json.load(open("out"))
audit = run["audit"]
assert audit["scheme"] == "read_modify_write" and audit["state_bits"] == 32 * run["layers"][0]["outputs"]
assert audit["weight_conversions"] > 0 and audit["signal_conversions"] > audit["weight_conversions"]
assert audit["memory_bytes"] > 0 and "running maximum" in audit["digital_state"]
END
expect 0 "$program" run tiny.yaml --audit --quiet --set scheme.name=pcm_pair --out audit.h5
grep -Eq '^  weights read +0 conv' out || fail "a local scheme read weights: $(cat out)"
grep -Eq '^  memory +0 B' out || fail "a local scheme has memory: $(cat out)"

expect 0 "$program" run tiny.yaml --json --threads 2 --out two.h5
mv out two.json
grep -q 'first' err || fail "no progress of the first layer"
expect_same one.h5 two.h5 "${same[@]}" /config
[ "$(number one.json "x['test_accuracy']")" = "$(number two.json "x['test_accuracy']")" ] || fail "accuracy depends on threads"

# Features that do not fit in memory are streamed from the disk, to the same bits, and leave nothing behind.
for size in 1 4K 1G; do
    expect 0 "$program" run tiny.yaml --quiet --memory "$size" --out streamed.h5
    expect_same one.h5 streamed.h5 "${same[@]}" /config
done
[ -z "$(find . -name '*.features*')" ] || fail "features are left"
expect 0 "$program" run tiny.yaml --quiet --set readout.cache=float32 --out float.h5
if h5diff one.h5 float.h5 /readout /readout >/dev/null; then
    fail "the precision of the cache does not matter"
fi

# The first view is not mirrored, the second is: each image is met in both, whatever is streamed by how many threads.
expect 0 "$program" run tiny.yaml --quiet --set readout.augmentation=mirror --out view.h5
expect_same one.h5 view.h5 "${same[@]}"
views=(--quiet --set readout.augmentation=mirror --set readout.views=2)
expect 0 "$program" run tiny.yaml "${views[@]}" --out views.h5
if h5diff one.h5 views.h5 /readout /readout >/dev/null; then
    fail "views do not matter"
fi
expect 0 "$program" run tiny.yaml "${views[@]}" --memory 40KiB --threads 2 --out streamed.h5
expect_same views.h5 streamed.h5 "${same[@]}" /config

# What check prints runs to the same bits.
expect 0 "$program" check tiny.yaml
mv out resolved.yaml
expect 0 "$program" run resolved.yaml --json --quiet --out again.h5
mv out again.json
expect_same one.h5 again.h5 "${same[@]}" /config
[ "$(number one.json "x['test_accuracy']")" = "$(number again.json "x['test_accuracy']")" ] || fail "the resolved configuration gives another accuracy"

# Another seed gives another run.
expect 0 "$program" run tiny.yaml --quiet --set seed=8 --out other.h5
if h5diff one.h5 other.h5 /layers /layers >/dev/null; then
    fail "the seed does not matter"
fi
grep -q '^test accuracy' out || fail "no accuracy for people"
grep -q 'other.h5$' out || fail "the result is not named"
grep -Eq '^  second +12 x 72 ' out || fail "no line of the second layer"
[ -z "$(sed -n '/.\{101\}/p' out)" ] || fail "wider than 100 columns: $(cat out)"

# All layers at once, without learning, and under the other clock.
expect 0 "$program" run tiny.yaml --json --quiet --set training.order=consecutive --set training.clock=prototype
[ -e tiny.h5 ] || fail "no result under the experiment's name"
expect 0 "$program" run tiny.yaml --json --quiet --set training.learn=false --out control.h5
[ "$(number out "(x['pulses']['attempted'], x['energy']['per_pulse_J'])")" = "(0, None)" ] || fail "the control learns"
