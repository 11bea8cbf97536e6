#!/usr/bin/env bash
# price.sh PROGRAM: a finished run priced again, beside its own prices; what cannot be priced is told.
. "$(dirname "$0")/common.sh"
program=$(realpath "$program")

expect 0 "$program" run tiny.yaml --json --quiet
mv out run.json

# Under its own profile a run costs what it cost; under another one the sums are those of the parts.
expect 0 "$program" price tiny.h5 --hardware pcm-14nm-measured --json
mv out same.json
expect 0 "$program" price tiny.h5 --hardware survey-32nm --json
mv out other.json
python3 - <<'PYTHON'
import json
import math

run, same, other = (json.load(open(name)) for name in ("run.json", "same.json", "other.json"))
assert same["experiment"] == "tiny" and same["seed"] == 7 and same["result"] == "tiny.h5"
assert same["recorded"] == same["priced"] == other["recorded"]
assert same["priced"]["hardware"] == "pcm-14nm-measured" and other["priced"]["hardware"] == "survey-32nm"
energy = same["priced"]["energy"]
for name in "total_J", "training_J", "update_J", "per_image_J", "per_synapse_update_J", "per_pulse_J":
    assert energy[name] == run["energy"][name], name
assert same["priced"]["latency"]["total_s"] == run["latency_s"]
assert other["priced"]["energy"]["total_J"] != energy["total_J"]
for bill in same["priced"], other["priced"]:
    parts = sum(sum(phase.values()) for phase in bill["energy"]["phases"].values())
    assert math.isclose(parts, bill["energy"]["total_J"], rel_tol=1e-12)
    assert math.isclose(sum(bill["latency"]["phases"].values()), bill["latency"]["total_s"], rel_tol=1e-12)
    assert math.isclose(bill["energy"]["per_image_J"], bill["energy"]["training_J"] / 600, rel_tol=1e-12)
PYTHON

# For people: the old and the new price and their ratio, and where they come from.
expect 0 "$program" price tiny.h5 --hardware survey-32nm
grep -Eq '^energy +[0-9.]+ .?J +[0-9.]+ .?J +[0-9.]+ +of everything' out || fail "no energy in $(cat out)"
grep -Eq '^ +pcm-14nm-measured +survey-32nm +ratio$' out || fail "no names in $(cat out)"
grep -Eq '^adc_conversion +[0-9]' out || fail "no components in $(cat out)"

# Digital hardware pays for the mathematics only, and says what its prices rest on.
expect 0 "$program" price tiny.h5 --hardware digital-7nm-int8 --json
python3 - <<'PYTHON'
import json
import math

priced, prices = (json.load(open("out"))[name] for name in ("priced", "prices"))
events = {}
for phase in priced["energy"]["phases"].values():
    for event, joules in phase.items():
        events[event] = events.get(event, 0) + joules
assert {event for event, joules in events.items() if joules > 0} == {"weight_mac", "layer_synapse", "softmax"} == set(prices)
assert math.isclose(sum(events.values()), priced["energy"]["total_J"], rel_tol=1e-12)
assert math.isclose(sum(price["share"] for price in prices.values()), 1, rel_tol=1e-12)
assert all(price["mark"] in "PCDMA" and price["source"] for price in prices.values())
PYTHON
expect 0 "$program" price tiny.h5 --hardware digital-7nm-int8
grep -Eq '^weight_mac +1\.16 pJ +[0-9.]+ % +\+[0-9.]+ % +-[0-9.]+ % +M +int8' out || fail "no prices in $(cat out)"
expect_error 'hardware = digital-7nm-int8 is digital, and layers are on arrays' "$program" run tiny.yaml --set hardware=digital-7nm-int8

# A profile of one's own: a chip whose converters cost nothing.
sed 's/^  adc_conversion: {joules: [^,]*/  adc_conversion: {joules: 0/' "$here/../../sim/hardware/survey-32nm.yaml" >free.yaml
expect 0 "$program" price tiny.h5 --hardware free.yaml --json
[ "$(number out 'x["priced"]["energy"]["phases"]["forward"]["adc_conversion"]')" = 0 ] || fail "a file's prices are not taken"

# What is wrong, is told.
expect_error '^--hardware NAME or FILE\.yaml is missing' "$program" price tiny.h5
expect_error '^unknown hardware profile "survey-32n"; did you mean survey-32nm\?' "$program" price tiny.h5 --hardware survey-32n
expect_error '^nowhere\.yaml: ' "$program" price tiny.h5 --hardware nowhere.yaml
expect_error '^nowhere\.h5: No such file' "$program" price nowhere.h5 --hardware survey-32nm
expect_error '^tiny\.yaml: it is damaged or no HDF5 file' "$program" price tiny.yaml --hardware survey-32nm
expect 0 "$program" run tiny.yaml --quiet --set 'network.layers.*.synapses=digital' --out float.h5
expect_error '^float\.h5: there is nothing to price: no layer is on devices' "$program" price float.h5 --hardware survey-32nm
for python in python3 /usr/bin/python3; do
    "$python" -c 'import h5py' 2>/dev/null || continue
    cp tiny.h5 old.h5
    "$python" -c 'import h5py; f = h5py.File("old.h5", "a"); [f["ledger/counts"][p].pop("weight_mac") for p in f["ledger/counts"]]'
    expect_error '^old\.h5: it has no counts of weight_mac, which digital-7nm-int8 prices' \
        "$program" price old.h5 --hardware digital-7nm-int8
    expect 0 "$program" price old.h5 --hardware survey-32nm
    mv tiny.h5 stopped.h5.part
    "$python" "$here/report.py" stop stopped.h5.part
    expect_error '^stopped\.h5\.part: the run is not complete' "$program" price stopped.h5 --hardware survey-32nm
    break
done
