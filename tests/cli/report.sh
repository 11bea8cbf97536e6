#!/usr/bin/env bash
# report.sh PROGRAM: the page of a run is whole and harmless, and the tables hold the run's figures.
. "$(dirname "$0")/common.sh"
report="$here/report.py"
program=$(realpath "$program")
all=(accuracy energy weights learning devices drift configuration origin)

expect 0 "$program" run tiny.yaml --json --quiet
mv out run.json

# The other forms, and the same numbers in them.
expect 0 "$program" report tiny.h5 --format json
mv out tiny.json
expect 0 "$program" report tiny.h5 --format csv --out tiny.csv
[ "$(cat out)" = tiny.csv ] || fail "the report is not named: $(cat out)"
expect 0 "$program" report tiny.h5 --format md
mv out tiny.md
grep -q '^| test\\_accuracy | 0\.[0-9]* | 1 |' tiny.md || fail "no accuracy in $(cat tiny.md)"
python3 - <<'PYTHON'
import csv
import json
import math

run, report = json.load(open("run.json")), json.load(open("tiny.json"))
figures = {name: figure["value"] for name, figure in report["figures"].items()}
assert figures["test_accuracy"] == run["test_accuracy"] and report["complete"] == 1
assert figures["energy"] == run["energy"]["total_J"] and report["figures"]["energy"]["unit"] == "J"
assert math.isclose(figures["energy"], sum(sum(phase.values()) for phase in report["energy_J"].values()), rel_tol=1e-12)
assert [layer["name"] for layer in report["layers"]] == ["first", "second"]
assert report["layers"][0]["train"]["image"]["values"] == [100, 200, 300]
rows = list(csv.DictReader(open("tiny.csv")))
assert list(rows[0]) == ["table", "row", "name", "value", "unit"]
values = {(row["table"], row["row"], row["name"]): row["value"] for row in rows}
assert len(values) == len(rows)
assert float(values["result", "", "energy"]) == figures["energy"]
assert float(values["train/first", "300", "energy"]) == report["layers"][0]["train"]["energy"]["values"][2]
assert float(values["readout", "3", "test_accuracy"]) == run["test_accuracy"]
PYTHON

# The configuration runs to the same bits.
expect 0 "$program" report tiny.h5 --format yaml --out again.yaml
expect 0 "$program" run again.yaml --quiet --out again.h5
expect_same tiny.h5 again.h5 /train /readout

# What is wrong, is told.
expect_error '^unknown --format htm; did you mean html\?' "$program" report tiny.h5 --format htm
expect_error '^nowhere\.h5: No such file' "$program" report nowhere.h5
expect_error '^tiny\.yaml: it is damaged or no HDF5 file' "$program" report tiny.yaml
expect 1 "$program" report tiny.h5 --format md --out nowhere/page.md
grep -q '^nowhere/page\.md\.new: cannot be created: No such file or directory' err || fail "$(cat err)"
expect 1 env PATH=/nowhere "$program" report tiny.h5
grep -q 'gnuplot-nox' err || fail "no word of gnuplot's package: $(cat err)"
[ -z "$(find . -name '*.html*')" ] || fail "a page without figures is left"

command -v gnuplot >/dev/null || {
    echo "no gnuplot"
    exit 77
}
expect 0 "$program" report tiny.h5
[ "$(cat out)" = tiny.html ] || fail "the page is not named: $(cat out)"
[ ! -e tiny.html.new ] || fail "a piece is left"
python3 "$report" check tiny.html tiny "${all[@]}" || fail "the page of a run"
if command -v tidy >/dev/null; then
    tidy -quiet -errors -utf8 tiny.html 2>tidy.txt || [ $? -eq 1 ] || fail "not HTML: $(grep Error tidy.txt)"
fi

# Floats have no devices, joules or drift.
expect 0 "$program" run tiny.yaml --quiet --set 'network.layers.*.synapses=digital' --out float.h5
expect 0 "$program" report float.h5 --out page.html
python3 "$report" check page.html tiny accuracy weights learning configuration origin || fail "the page of floats"

# Names are text, whatever is in them; and a run that was stopped has a page too.
for python in python3 /usr/bin/python3; do
    "$python" -c 'import h5py' 2>/dev/null || continue
    cp tiny.h5 evil.h5
    "$python" "$report" markup evil.h5
    expect 0 "$program" report evil.h5
    "$python" "$report" check evil.html "<script>alert(1)<!-- \"'\`&]]>" "${all[@]}" || fail "markup is not escaped"
    [ ! -e x ] || fail "a name was run as a command"
    expect 0 "$program" report evil.h5 --format md
    if grep -q '[^\\]<' out; then
        fail "markup in Markdown: $(cat out)"
    fi
    cp tiny.h5 stopped.h5.part
    "$python" "$report" stop stopped.h5.part
    expect 0 "$program" report stopped.h5
    grep -q 'This run is not complete' stopped.html || fail "no word that the run is not complete"
    "$python" "$report" check stopped.html tiny accuracy learning drift configuration origin || fail "a stopped run's page"
    break
done
