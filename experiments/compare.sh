#!/usr/bin/env bash
# Trains an experiment with several seeds, and beside each its random control (the same network,
# devices and readout, untrained), and prints means with 95 % intervals (Student's t) and the
# paired difference as a Markdown table.
#
#   experiments/compare.sh EXPERIMENT.yaml [SEEDS] [options of crosshebb run...]
#
# Environment: CROSSHEBB, the program (default build/release/bin/crosshebb); JOBS, how many runs go
# side by side, one thread each (default 2).
set -euo pipefail

if [ $# -lt 1 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
# shellcheck source=experiments/seeds.sh
. "$(dirname "$0")/seeds.sh"
experiment=$1
shift
seeds=10
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seeds=$1
    shift
fi
options=("$@")
work=$(mktemp -d)
trap 'wait; rm -rf "$work"' EXIT

one() { # SEED LEARN: one run, its JSON in $work
    local result=$work/$2-$1
    "$program" run "$experiment" --json --quiet --threads 1 --out "$result.h5" --set "seed=$1" \
        --set "training.learn=$2" --set output.conductances=false "${options[@]}" >"$result.json"
    rm -f "$result.h5"
}

for seed in $(seq "$seeds"); do
    for learn in true false; do
        start one "$seed" $learn
    done
done
finish

for seed in $(seq "$seeds"); do
    trained=$work/true-$seed.json
    echo "$(number "$trained" test_accuracy) $(number "$work/false-$seed.json" test_accuracy)" \
        "$(number "$trained" per_image_J) $(number "$trained" per_synapse_update_J)" \
        "$(number "$trained" per_pulse_J)"
done | awk -v name="$experiment" -v options="${options[*]}" "$statistics"'
    {
        trained[NR] = 100 * $1; random[NR] = 100 * $2; gain[NR] = 100 * ($1 - $2)
        image[NR] = $3 * 1e6; synapse[NR] = $4 * 1e12; pulse[NR] = $5 * 1e12
    }
    function row(label, value) {
        printf "| %s | %.4g | ± %.2g |\n", label, mean(value, NR), interval(value, NR)
    }
    END {
        printf "%d seeds, %s %s\n\n| | mean | 95 %% interval |\n|---|---|---|\n", NR, name, options
        row("test accuracy, trained (%)", trained)
        row("test accuracy, random control (%)", random)
        row("trained - random, paired (points)", gain)
        row("energy an image of training (uJ)", image)
        row("update energy a synapse and image (pJ)", synapse)
        row("update energy a device pulse (pJ)", pulse)
    }'
