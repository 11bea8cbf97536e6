#!/usr/bin/env bash
# device.sh PROGRAM: what `crosshebb device` measures, prints, draws and refuses.
. "$(dirname "$0")/common.sh"

# Every model and preset, in words.
"$program" list devices | cut -d ' ' -f 1 >names
while read -r name; do
    expect 0 "$program" device "$name" --cells 20
    for words in '^conductance ' '^levels by reads '; do
        grep -q "$words" out || fail "device $name says nothing of $words"
    done
done <names
expect 0 "$program" device soft_bounds
for words in '^states  *100 ' '^symmetry point  *5.5 uS' '^steps at ' 'step over its noise' '^endurance ' '0 up ' '150 up, 150 down '; do
    grep -Eq "$words" out || fail "device soft_bounds has no $words"
done
expect 0 "$program" device pcm_accumulate
for words in ', 1 s ' ', 1 h ' ', 1 day ' '^published: .*10.1063/1.5042408' 'off by at most'; do
    grep -q "$words" out || fail "device pcm_accumulate has no $words"
done

# The contract of --json: from the lower bound, in weights.
expect 0 "$program" device gokmen-vlasov --json --cells 20000 --pulses 200,200
python3 - <<END || fail "device --json"
import json
x = json.load(open("out"))
curve = x["curve"]
for key in ("pulse", "mean", "std", "mean_read", "std_read", "nominal"):
    assert len(curve[key]) == 401, key
assert x["states"] == 1250 and x["symmetry_point"] is None and "drift" not in x
assert curve["pulse"] == list(range(401))
assert abs(curve["mean"][0] + 0.881) < 0.005 and abs(curve["std"][0] - 0.175) < 0.005
assert abs(curve["nominal"][200] + 0.68) < 1e-4 and abs(curve["nominal"][400] + 1) < 1e-4
assert x["published"]["largest_difference_mean"] < 0.01
END
expect 0 "$program" device pcm_accumulate --json --cells 100 --pulses 8,0
[ "$(number out "sorted(x['drift']) == ['mean', 'read_noise', 'seconds', 'std', 'target'] and len(x['curve']['mean']) == 9")" = True ] ||
    fail "device --json of a device that drifts"

# Parameters, seeds, files.
expect 0 "$program" device soft_bounds --set states=10 --cells 10 --json
[ "$(number out "x['states'] == 10")" = True ] || fail "device --set"
mv out first
expect 0 "$program" device soft_bounds --set states=10 --cells 10 --json
cmp -s out first || fail "the same device is measured differently"
expect 0 "$program" device soft_bounds --set states=10 --cells 10 --json --seed 2
cmp -s out first && fail "another seed measures the same"
printf 'device:\n  model: soft_bounds\n  states: 10\n' >mine.yaml
expect 0 "$program" device mine.yaml --cells 10
grep -q '^mine.yaml: a device of soft_bounds' out || fail "no device of a file"

if command -v gnuplot >/dev/null; then
    expect 0 "$program" device pcm_accumulate --cells 50 --plot device.svg
    python3 - <<END || fail "device --plot"
import xml.etree.ElementTree as tree
text = open("device.svg").read()
tree.fromstring(text)
assert text.startswith("<svg") and "var(" not in text
for words in ("Response to pulses", "Step of one pulse", "Distribution over cells", "Drift", "Read noise", "published"):
    assert words in text, words
END
    expect 1 "$program" device ideal --cells 5 --plot nowhere/device.svg
    grep -q 'nowhere/device.svg: No such file' err || fail "no reason: $(cat err)"
fi

expect_error 'NAME is missing' "$program" device
expect_error 'unknown device "soft_bound"; did you mean soft_bounds' "$program" device soft_bound
expect_error 'nowhere.yaml: cannot be opened' "$program" device nowhere.yaml
expect_error 'mine.yaml:2: device.states = 0 is outside \[1, 1e\+06\]|--set states=0: device.states = 0' "$program" device mine.yaml --set states=0
expect_error 'unknown key stats; did you mean states\?' "$program" device soft_bounds --set stats=3
expect_error 'the device is named already' "$program" device soft_bounds --set model=ideal
expect_error '--cells = 0 is outside \[1, 1000000\]' "$program" device soft_bounds --cells 0
for pulses in 5 '5,' ',5' -1,5 5,5,5 1e3,1; do
    expect_error '--pulses = .* is not UP,DOWN' "$program" device soft_bounds "--pulses=$pulses"
done
expect_error '--pulses: pcm_accumulate takes no down pulses' "$program" device pcm_accumulate --pulses 5,5
expect_error '--seed = -1 is outside' "$program" device soft_bounds --seed -1
printf 'device: {model: soft_bounds, states: ten}\n' >wrong.yaml
expect_error 'wrong.yaml:1: device.states = ten' "$program" device wrong.yaml
