#!/usr/bin/env bash
# fit.sh PROGRAM: measured conductances become a device file that the program takes, or are refused with the reason.
. "$(dirname "$0")/common.sh"
program=$(realpath "$program")

# Four devices whose steps shrink towards their bounds, two trains each; of fixed numbers, not of this program.
python3 - <<'PYTHON'
import random
random.seed(5)
with open("soft.csv", "w") as text:
    print("# A. Author, J. Devices 1, 2 (2026)\ndevice,cycle,pulse,direction,conductance (uS)", file=text)
    for device in range(4):
        low, high = 2 + 0.2 * random.gauss(0, 1), 12 + 0.4 * random.gauss(0, 1)
        g = low
        for cycle in range(2):
            print(f"cell {device},{cycle},0,start,{g:.5f}", file=text)
            for pulse in range(1, 121):
                up = pulse <= 60
                step = 0.05 * (high - g) if up else -0.05 * (g - low)
                g += step * (1 + 0.3 * random.gauss(0, 1))
                print(f"cell {device},{cycle},{pulse},{'up' if up else 'down'},{g:.5f}", file=text)
PYTHON

expect 0 "$program" fit soft.csv --model soft_bounds --out my-device.yaml --plot fit.svg
grep -q '^data       soft\.csv: 4 devices, 8 trains, 480 pulses up, 480 down$' out || fail "no data in: $(cat out)"
for words in '^model  *soft_bounds, written as my-device\.yaml' '^misfit .*probability' '^  g_max  *[0-9.]* uS ' '^  cycle_noise  *0\.[23]' \
    '^  read_noise  *0  none seen' '^  multiplicative_noise  *true  the likelier'; do
    grep -Eq "$words" out || fail "no $words in: $(cat out)"
done
grep -q 'Beyond the model' fit.svg || fail "no figures"
grep -q '^# Source: A\. Author, J\. Devices 1, 2 (2026); soft\.csv, checksum [0-9a-f]\{16\}$' my-device.yaml || fail "no source in: $(cat my-device.yaml)"
grep -Eq '^  g_min: [0-9.e-]+ +# S, 95 % interval .* \[fitted\]$' my-device.yaml || fail "no interval in: $(cat my-device.yaml)"
[ ! -e my-device.yaml.new ] || fail "the file beside is left"

# The file is a device, and an experiment runs on it.
expect 0 "$program" device my-device.yaml --cells 20
grep -q 'a device of soft_bounds' out || fail "no device in: $(cat out)"
sed 's/^device: .*/device: {preset: my-device.yaml}/; s/^scheme: .*/scheme: {name: complementary}/' tiny.yaml >on-mine.yaml
expect 0 "$program" run on-mine.yaml --quiet --out mine.h5

# --json: intervals hold what the devices have; the same file again.
cp my-device.yaml before.yaml
gzip -k soft.csv
expect 0 "$program" fit soft.csv --model soft_bounds --out my-device.yaml --json
python3 - <<'PYTHON' || fail "fit --json: $(cat out)"
import json
x = json.load(open("out"))
p = {v["name"]: v for v in x["parameters"]}
assert x["device"] == "my-device.yaml" and x["model"] == "soft_bounds" and x["devices"] == 4 and x["pulses_up"] == 480
assert p["g_min"]["low"] < 2e-6 < p["g_min"]["high"] and p["g_max"]["low"] < 12e-6 < p["g_max"]["high"]
assert p["states"]["low"] < 40 < p["states"]["high"] and p["states"]["standard_error"] > 0
assert p["cycle_noise"]["low"] < 0.3 < p["cycle_noise"]["high"] and p["g_max_spread"]["value"] > 0
assert x["lack_of_fit"]["probability"] > 1e-3
PYTHON
cmp before.yaml my-device.yaml || fail "another file of the same data"
expect 0 "$program" fit soft.csv.gz --model soft_bounds --out zipped.yaml
sed 's/soft\.csv\.gz/soft.csv/' zipped.yaml | cmp - my-device.yaml || fail "another device of the same data, zipped"

# A single device tells no spread between devices.
grep -v 'cell [123]' soft.csv >single.csv
expect 0 "$program" fit single.csv --model soft_bounds --out single.yaml
grep -q '^  g_max_spread  *-  a single device does not tell' out || fail "a spread of one device: $(cat out)"
grep -Eq '^  g_max_spread: 0 +# not told by a single device \[assumed\]$' single.yaml || fail "no remark in: $(cat single.yaml)"

# What is wrong, is told, and no file is left or changed.
expect_error '^--model NAME is missing; these can be fitted: .*soft_bounds' "$program" fit soft.csv --out x.yaml
expect_error '^--out DEVICE\.yaml is missing' "$program" fit soft.csv --model soft_bounds
expect_error '^x\.txt: the name of a device file ends in \.yaml' "$program" fit soft.csv --model soft_bounds --out x.txt
expect_error 'MEASURED\.csv is missing' "$program" fit --model soft_bounds --out x.yaml
expect_error '^nowhere\.csv: .*No such file' "$program" fit nowhere.csv --model soft_bounds --out x.yaml
expect_error 'ideal cannot be fitted' "$program" fit soft.csv --model ideal --out x.yaml
expect_error 'unknown device.*did you mean soft_bounds' "$program" fit soft.csv --model soft_bonds --out x.yaml
expect_error '^soft\.csv: ' "$program" fit soft.csv --model constant_step --out my-device.yaml
cmp before.yaml my-device.yaml || fail "a refusal changed the file"
grep -v down soft.csv >up.csv
expect_error '^up\.csv: device cell 0 has 0 reads after down pulses: there must be at least 10' \
    "$program" fit up.csv --model soft_bounds --out x.yaml
sed '5s/up/sideways/' soft.csv >wrong.csv
expect_error '^wrong\.csv:5: direction = sideways is none of up \(1\), down \(-1\) and start \(0\)' \
    "$program" fit wrong.csv --model soft_bounds --out x.yaml
sed '7s/[^,]*$/-4/' soft.csv >wrong.csv
expect_error '^wrong\.csv:7: conductance = -4 is no number within \[0, 1000\]' "$program" fit wrong.csv --model soft_bounds --out x.yaml
expect 1 "$program" fit soft.csv --model soft_bounds --out nowhere/x.yaml
[ ! -e x.yaml ] || fail "a device of a wrong input"
