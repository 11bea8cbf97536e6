#!/usr/bin/env bash
# The shipped experiments on the real data sets: the accuracy that each promises in its expected.yaml, above its random
# control; the same conductances on one thread and on two; a preset on CIFAR-10.
#
#   tests/real-data.sh PROGRAM
#
# Exit status 77 if the data sets are not there ($CROSSHEBB_DATA, ./data, /usr/share/datasets).
set -euo pipefail
cd "$(dirname "$0")/.."
program=${1:?"usage: tests/real-data.sh PROGRAM"}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

have() { # DATASET: whether it can be loaded
    "$program" run experiments/mnist-pcm/experiment.yaml --quiet --out "$work/have.h5" --set "dataset.name=$1" \
        --set dataset.train_images=10 --set training.images=10 --set readout.epochs=1 >"$work/have.log" 2>&1
}

for name in mnist fashion-mnist cifar10; do
    if ! have $name; then
        cat "$work/have.log"
        echo "data set $name is missing"
        exit 77
    fi
done

accuracy() { # OPTIONS...: test accuracy of a run
    "$program" run "$@" --json --quiet --out "$work/run.h5" >"$work/run.json"
    grep -o '"test_accuracy": *[0-9.e-]*' "$work/run.json" | sed 's/.*: *//'
}

expected() { # FILE KEY
    sed -n "s/^$2: *\([0-9.]*\).*/\1/p" "$1"
}

holds() { # EXPRESSION: in awk
    awk "BEGIN { exit !($1) }"
}

for folder in experiments/*/; do
    promise=$folder/expected.yaml
    [ -f "$promise" ] || continue
    trained=$(accuracy "$folder/experiment.yaml")
    control=$(accuracy "$folder/experiment.yaml" --set training.learn=false)
    value=$(expected "$promise" test_accuracy)
    tolerance=$(expected "$promise" tolerance)
    echo "$folder: trained $trained (expected $value within $tolerance), random control $control"
    holds "$trained >= $value - $tolerance && $trained <= $value + $tolerance" ||
        fail "$folder: test accuracy $trained is not $value within $tolerance"
    holds "$trained > $control" || fail "$folder: trained $trained is not above its random control $control"
done

for threads in 1 2; do
    "$program" run experiments/mnist-pcm/experiment.yaml --quiet --threads $threads --out "$work/threads-$threads.h5" \
        --set training.images=1000 --set dataset.train_images=1000 --set readout.epochs=2 \
        --set output.conductances=true >/dev/null
done
for group in /layers /train /readout /wear /ledger; do
    h5diff "$work/threads-1.h5" "$work/threads-2.h5" $group || fail "$group differs between one thread and two"
done

trained=$(accuracy tests/real/cifar-1.yaml)
control=$(accuracy tests/real/cifar-1.yaml --set training.learn=false)
echo "CIFAR-10, one digital layer, 8,000 images: trained $trained, random control $control"
holds "$trained > 0.48 && $trained > $control + 0.05" ||
    fail "CIFAR-10: trained $trained is not above 0.48 and 0.05 above its random control $control"

[ $failures -eq 0 ]
