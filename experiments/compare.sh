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

root=$(cd "$(dirname "$0")/.." && pwd)
program=${CROSSHEBB:-$root/build/release/bin/crosshebb}
jobs=${JOBS:-2}
if [ $# -lt 1 ]; then
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
experiment=$1
shift
seeds=10
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seeds=$1
    shift
fi
options=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

one() { # SEED LEARN: one run, its JSON in $work
    local result=$work/$2-$1
    "$program" run "$experiment" --json --quiet --threads 1 --out "$result.h5" --set "seed=$1" \
        --set "training.learn=$2" --set output.conductances=false "${options[@]}" >"$result.json"
    rm -f "$result.h5"
}

running=0
for seed in $(seq "$seeds"); do
    for learn in true false; do
        if [ "$running" -ge "$jobs" ]; then
            wait -n
            running=$((running - 1))
        fi
        one "$seed" $learn &
        running=$((running + 1))
    done
done
while [ "$running" -gt 0 ]; do
    wait -n
    running=$((running - 1))
done

number() { # FILE KEY: the first number of that key
    grep -o "\"$2\": *[-+0-9.eE]*" "$1" | head -n 1 | sed 's/.*: *//'
}
for seed in $(seq "$seeds"); do
    trained=$work/true-$seed.json
    echo "$(number "$trained" test_accuracy) $(number "$work/false-$seed.json" test_accuracy)" \
        "$(number "$trained" per_image_J) $(number "$trained" per_synapse_update_J)" \
        "$(number "$trained" per_pulse_J)"
done | awk -v name="$experiment" -v options="${options[*]}" '
    # Two-sided 95 % quantiles of the t distribution, 1 to 30 degrees of freedom (R: qt(0.975, n)).
    BEGIN {
        split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 2.201 2.179 2.160 " \
              "2.145 2.131 2.120 2.110 2.101 2.093 2.086 2.080 2.074 2.069 2.064 2.060 2.056 " \
              "2.052 2.048 2.045 2.042", t, " ")
    }
    {
        value[1, NR] = 100 * $1; value[2, NR] = 100 * $2; value[3, NR] = 100 * ($1 - $2)
        value[4, NR] = $3 * 1e6; value[5, NR] = $4 * 1e12; value[6, NR] = $5 * 1e12
    }
    function row(label, k,    i, sum, square, mean, half) {
        for (i = 1; i <= NR; i++) sum += value[k, i]
        mean = sum / NR
        for (i = 1; i <= NR; i++) square += (value[k, i] - mean) ^ 2
        half = NR > 1 ? (NR <= 31 ? t[NR - 1] : 1.96) * sqrt(square / (NR - 1) / NR) : 0
        printf "| %s | %.4g | ± %.2g |\n", label, mean, half
    }
    END {
        printf "%d seeds, %s %s\n\n| | mean | 95 %% interval |\n|---|---|---|\n", NR, name, options
        row("test accuracy, trained (%)", 1)
        row("test accuracy, random control (%)", 2)
        row("trained - random, paired (points)", 3)
        row("energy an image of training (uJ)", 4)
        row("update energy a synapse and image (pJ)", 5)
        row("update energy a device pulse (pJ)", 6)
    }'
