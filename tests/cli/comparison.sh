#!/usr/bin/env bash
# comparison.sh PROGRAM: the comparison of methods and depths on a tiny data set: its tables, its figures against their
# own computation, and a second call that runs nothing.
. "$(dirname "$0")/common.sh"
compare=$here/../../experiments/comparison/run.sh
export CROSSHEBB=$program DATASET=mnist OUT=runs JOBS=2
options=(--set network.width=0.04 --set dataset.train_images=40 --set dataset.test_images=50 --set readout.epochs=2)

expect 0 "$compare" 2 "${options[@]}"
mv out tables
[ "$(grep -c 'test accuracy' err)" -eq 28 ] || fail "not (3 depths x 4 methods + 2) x 2 seeds: $(cat err)"
python3 - tables runs <<'END'
import itertools
import json
import math
import sys

T95 = 12.706  # Student's t, one degree of freedom
METHODS = {"random": "random", "hard WTA": "hard", "SoftHebb": "softhebb", "backprop": "backprop"}


def accuracies(method, depth):
    return [100 * json.load(open(f"{sys.argv[2]}/{method}-{depth}-{seed}.json"))["test_accuracy"] for seed in (1, 2)]


def cell(values):
    half = T95 * abs(values[0] - values[1]) / 2
    return f"{sum(values) / 2:.2f} ± {half:.2f}"


text = [line for line in open(sys.argv[1], encoding="utf-8").read().split("\n") if line.startswith("|")]
rows = [[word.strip() for word in line.strip("|").split("|")] for line in text]
depth, layers = rows[:6], rows[6:]
assert all(len(row) == 7 for row in depth) and all(len(row) == 3 for row in layers), rows
assert depth[0] == ["method", "1 layer", "published", "2 layers", "published", "3 layers", "published"]
for row in depth[2:]:
    values = [[cell(accuracies(METHODS[row[0]], k)), "-"] for k in (1, 2, 3)]
    assert row[1:] == list(itertools.chain(*values)), (row, values)
stages = [accuracies(name, 3) for name in ("random", "first-1", "first-2", "softhebb")]
gains = [[b - a for a, b in zip(*pair)] for pair in zip(stages, stages[1:])]
assert [row[0] for row in layers[2:]] == ["none", "the first", "the first 2", "all 3", "all over none"]
assert [row[1] for row in layers[2:6]] == [cell(stage) for stage in stages]
assert [row[2] for row in layers[3:6]] == [cell(gain) for gain in gains], (layers, gains)
assert layers[6][2] == cell([b - a for a, b in zip(stages[0], stages[3])])
assert len({tuple(accuracies(method, 3)) for method in METHODS.values()}) > 1, "no method matters"
END

# Nothing runs twice, and less is asked of the same runs.
export CROSSHEBB=false
expect 0 "$compare" 2 "${options[@]}"
cmp tables out || fail "the second call prints other tables"
METHODS=softhebb DEPTHS=2 expect 0 "$compare" 1 "${options[@]}"
grep -Eq '^\| SoftHebb \| [0-9.]+ \| - \|$' out || fail "not one seed of one network: $(cat out)"
if command -v gnuplot >/dev/null; then
    grep -q '</svg>' runs/accuracy.svg || fail "no figure"
else
    grep -q 'gnuplot is not installed' err || fail "neither figure nor word"
fi

# A run that is complete but for its figures is not run again either.
rm runs/softhebb-1-1.json
CROSSHEBB=$program expect 0 "$compare" 2 "${options[@]}"
cmp tables out || fail "a recalled run prints other tables"
[ "$(number runs/softhebb-1-1.json "'layers' in x")" = False ] || fail "softhebb-1-1 ran again"

# What is missing is run, and a run that fails ends it all and counts for nothing.
expect 1 "$compare" 3 "${options[@]}"
[ ! -e runs/random-1-3.json ] || fail "a failed run counts as done"

# Other settings do not mix, and wrong words are refused.
expect_error 'runs holds runs with other settings' "$compare" 2
METHODS='random sotfhebb' expect_error 'unknown method sotfhebb' "$compare" 2 "${options[@]}"
CROSSHEBB=/nowhere expect_error 'no program /nowhere' "$compare" 2
