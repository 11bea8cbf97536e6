#!/usr/bin/env bash
# report_sweep.sh PROGRAM: the page of a sweep is whole and harmless, whatever its axes; its tables hold the sweep's figures.
. "$(dirname "$0")/common.sh"
report="$here/report.py"
program=$(realpath "$program")
all=(front curves maps effects differences points configuration origin)
for python in python3 /usr/bin/python3; do
    if "$python" -c 'import h5py' 2>/dev/null; then
        break
    fi
    [ "$python" != /usr/bin/python3 ] || {
        echo "no h5py"
        exit 77
    }
done
for kind in line grid mixed random float single markup; do
    "$python" "$here/report_sweep.py" $kind $kind
done

# Rows and values of a sweep of which some runs failed, against numpy's.
expect 0 "$program" report grid --format csv
mv out grid.csv
expect 0 "$program" report grid/summary.h5 --format json --out grid.json
[ "$(cat out)" = grid.json ] || fail "the report is not named: $(cat out)"
expect 0 "$program" report grid --format md
mv out grid.md
expect 0 "$program" report grid --format yaml
printf 'sweep: grid\nbase: experiment.yaml\n' | cmp - out || fail "not the sweep's file: $(cat out)"
"$python" - <<'PYTHON'
import csv
import json
import math

import h5py
import numpy as np

summary, report = h5py.File("grid/summary.h5"), json.load(open("grid.json"))
accuracy, joules = summary["results/test_accuracy"][()], summary["results/energy_total_J"][()]
assert (report["points"], report["seeds"], report["complete"], report["failed"], report["missing"]) == (20, 5, 96, 3, 1)
assert report["configuration"] == "sweep: grid\nbase: experiment.yaml\n"
for point, result in enumerate(report["results"]):
    assert result["settings"]["device.states"] == summary["axes/0"][point]
    good = accuracy[point][np.isfinite(accuracy[point])]
    figure = result["figures"]["test_accuracy"]
    t = {3: 4.302652729911275, 4: 3.182446305284263, 5: 2.7764451051977987}[len(good)]
    assert figure["runs"] == len(good) and math.isclose(figure["mean"], good.mean(), rel_tol=1e-12)
    assert math.isclose(figure["half_width"], t * good.std(ddof=1) / math.sqrt(len(good)), rel_tol=1e-9)
assert report["results"][0]["runs"][1]["message"] == "the disk is full"
assert report["results"][0]["runs"][1]["test_accuracy"] is None
gain, cost = np.nanmean(accuracy, axis=1), np.nanmean(joules, axis=1)
front = [not any((gain >= gain[p]) & (cost <= cost[p]) & ((gain > gain[p]) | (cost < cost[p]))) for p in range(20)]
assert [bool(result["front"]) for result in report["results"]] == front and 0 < sum(front) < 20
rows = list(csv.DictReader(open("grid.csv")))
assert len(rows) == 100
for run, row in enumerate(rows):
    point, seed = divmod(run, 5)
    assert (int(row["point"]), int(row["seed"])) == (point, seed)
    assert row["status"] == ["complete", "failed", "missing"][summary["status"][point, seed]]
    assert float(row["device.cycle_noise"]) == summary["axes/1"][point]
    assert row["test_accuracy"] == "" if np.isnan(accuracy[point, seed]) else float(row["test_accuracy"]) == accuracy[point, seed]
lines = open("grid.md").read().splitlines()
assert sum(line.startswith("| ") for line in lines) == 21 and lines[-1].startswith("- point 7, seed 4 failed: device.states = 3")
PYTHON

# What is wrong, is told.
expect_error '^data: it is no sweep: it has no summary\.h5' "$program" report data
expect_error '^unknown --format htm; did you mean html\?' "$program" report grid --format htm
expect_error '^grid/summary\.h5: it is not the result of one run' "$program" price grid/summary.h5 --hardware survey-32nm
"$python" - <<'PYTHON'
import h5py

with h5py.File("float/summary.h5") as old, h5py.File("odd.h5", "w") as odd:
    for name in old.attrs:
        odd.attrs[name] = old.attrs[name]
    for name in "config", "axes", "status":
        old.copy(name, odd)
    odd["results/test_accuracy"] = [[0.5, 0.5]]
PYTHON
expect_error '^odd\.h5: /results/test_accuracy is not \[points\]\[seeds\] as /status is' "$program" report odd.h5

command -v gnuplot >/dev/null || {
    echo "no gnuplot"
    exit 77
}
# page KIND FIGURES POINTS SECTION...: the page of that sweep has these.
page() {
    local kind=$1 figures=$2 points=$3
    shift 3
    expect 0 "$program" report "$kind" --out "$kind.html"
    python3 "$report" sweep "$kind.html" "${title:-$kind}" "$figures" "$points" "$@" || fail "the page of $kind"
    if command -v tidy >/dev/null; then
        tidy -quiet -errors -utf8 "$kind.html" 2>tidy.txt || [ $? -eq 1 ] || fail "not HTML: $(grep Error tidy.txt)"
    fi
}
page line 3 5 front curves effects differences points configuration origin
page grid 7 20 "${all[@]}"
page mixed 13 30 "${all[@]}"
page random 9 500 front curves effects points configuration origin

# Effects and paired differences are numpy's: of a balanced sweep, and where runs failed.
PYTHONPATH=$here "$python" - <<'PYTHON'
import h5py
import numpy as np
from report import tables

T = {3: 4.302652729911275, 5: 2.7764451051977987}


def interval(values, unit):
    half = T[len(values)] * values.std(ddof=1) / np.sqrt(len(values))
    digits = max(0, 1 - int(np.floor(np.log10(1.005 * half))))
    return f"{values.mean():.{digits}f} ± {half:.{digits}f} {unit}"


accuracy = 100 * h5py.File("mixed/summary.h5")["results/test_accuracy"][()].reshape(5, 2, 3, 3)
mixed, total = tables("mixed.html"), ((accuracy - accuracy.mean()) ** 2).sum()
states, volts = accuracy.mean(axis=(1, 2, 3)) - accuracy.mean(), accuracy.mean(axis=(0, 1, 3)) - accuracy.mean()
both = accuracy.mean(axis=(1, 3)) - accuracy.mean() - states[:, None] - volts[None, :]
effects = {row[0]: row for row in mixed["Effects"]}
assert effects["device.states"][1:3] == [f"{100 * 18 * (states ** 2).sum() / total:.2f} %", "4"], effects
assert effects["device.states × device.v_read"][1:3] == [f"{100 * 6 * (both ** 2).sum() / total:.2f} %", "8"], effects
rows = {(row[0], row[1]): row for row in mixed["Paired differences"]}
schemes = accuracy[:, 1].mean(axis=(0, 1)) - accuracy[:, 0].mean(axis=(0, 1))
assert rows["scheme.name", "complementary"][2:5] == ["read_modify_write", "15", interval(schemes, "points")], rows

accuracy = 100 * h5py.File("grid/summary.h5")["results/test_accuracy"][()].reshape(5, 4, 5)
rows = {(row[0], row[1]): row for row in tables("grid.html")["Paired differences"]}
for level, name in enumerate(["4", "8", "16", "32"], 1):
    pairs = accuracy[level] - accuracy[0]
    means = np.nanmean(pairs, axis=1)
    seeds = means.mean() + np.nanmean(pairs - means[:, None], axis=0)
    assert rows["device.states", name][3:5] == ["4", interval(seeds, "points")], (rows, interval(seeds, "points"))
PYTHON
page float 1 3 curves effects differences points configuration origin
page single 1 1 front points configuration origin

# A sweep that nobody has run yet: the example's own.
expect 0 "$program" sweep "$here/../../experiments/noise-sweep/sweep.yaml" --out none --collect
title=noise-sweep page none 0 16 points configuration origin
grep -q 'Of 80 runs 0 failed and 80 are missing' none.html || fail "no word of missing runs"
[ "$(stat -c %s random.html)" -lt 3000000 ] || fail "500 points take $(stat -c %s random.html) bytes"
expect 0 "$program" report grid
[ "$(cat out)" = grid/summary.html ] || fail "the page is not beside the summary: $(cat out)"
grep -q 'Of 100 runs 3 failed and 1 are missing' grid.html || fail "no word of failures"
[ "$(grep -c '<li>the disk is full' grid.html)" -eq 1 ] || fail "a message is not told once"
grep -q 'point 0, seed 1; point 0, seed 2' grid.html || fail "failed runs are not named"

# One that was run: its figures are those of its runs, and the page says which code made them.
cat >real.yaml <<'END'
sweep: real
base: tiny.yaml
set: {training.images: 100}
axes: [{key: crossbar.adc_bits, values: [4, 8]}]
seeds: 2
END
expect 0 "$program" sweep real.yaml --out real --quiet
page real 3 2 front curves effects differences points configuration origin
grep -q '<dt>Revision</dt>' real.html || fail "no word of the code"
expect 0 "$program" report real --format json
mv out real.json
expect 0 "$program" report real/points/00003.h5 --format json
[ "$(number out "x['figures']['energy']['value'], x['figures']['test_accuracy']['value']")" = \
    "$(number real.json "[(r['energy_total_J'], r['test_accuracy']) for r in [x['results'][1]['runs'][1]]][0]" | tr -d '(),')" ] ||
    fail "the figures are not those of the run"

# Names, settings and messages are text, whatever is in them.
title="<script>alert(1)<!-- \"'\`touch x\`&]]>" page markup 7 4 "${all[@]}"
[ ! -e x ] || fail "a name was run as a command"
expect 0 "$program" report markup --format md
if grep -q '[^\\]<' out; then
    fail "markup in Markdown: $(cat out)"
fi
