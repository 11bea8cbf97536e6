#!/usr/bin/env bash
# Does depth learn? Test accuracy against depth of random, hard winner-take-all, SoftHebb and
# backprop networks of the same shape, with the same data and readout, beside the published numbers;
# and which layers of the deepest SoftHebb network earn its points. Prints Markdown tables of means
# with 95 % intervals (Student's t), and draws accuracy.svg if gnuplot is there.
#
#   experiments/comparison/run.sh [SEEDS] [options of crosshebb run...]
#
# SEEDS defaults to the published 4. Environment: CROSSHEBB, the program (default
# build/release/bin/crosshebb); JOBS, how many runs go side by side, one thread each (default 2);
# DATASET (default cifar10), DEPTHS (default "1 2 3"), METHODS (default "random hard softhebb
# backprop"); OUT, a folder that keeps every run's result (default comparison-DATASET). A second call
# does only what is missing there, and goes on with what was stopped.
set -euo pipefail

if [ "${1:-}" = --help ]; then
    sed -n '2,15s/^# \{0,1\}//p' "$0"
    exit
fi
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=experiments/seeds.sh
. "$here/../seeds.sh"
seeds=4
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
    seeds=$1
    shift
fi
options=("$@")
dataset=${DATASET:-cifar10}
read -ra depths <<<"${DEPTHS:-1 2 3}"
read -ra methods <<<"${METHODS:-random hard softhebb backprop}"
out=${OUT:-comparison-$dataset}
trap wait EXIT

# Runs with other settings must not mix.
settle() {
    local settings="dataset $dataset, options ${options[*]}"
    mkdir -p "$out"
    [ -e "$out/settings" ] || echo "$settings" >"$out/settings"
    if [ "$settings" != "$(cat "$out/settings")" ]; then
        echo "$0: $out holds runs with other settings ($(cat "$out/settings")): name another folder by OUT" >&2
        exit 2
    fi
}

# What makes the method of a SoftHebb network; first-K: only the first K layers learn.
settings_of() { # METHOD
    case $1 in
    random) echo training.learn=false ;;
    hard) echo 'network.layers.*.competition=hard' ;;
    softhebb) echo training.method=softhebb ;;
    backprop) echo training.method=backprop ;;
    first-*) echo "training.layers=${1#first-}" ;;
    *)
        echo "$0: unknown method $1: random, hard, softhebb or backprop" >&2
        return 2
        ;;
    esac
}

one() { # METHOD DEPTH SEED: one run, its trace and its JSON in $out
    local name=$1-$2-$3 setting
    setting=$(settings_of "$1")
    "$program" run "$here/experiment.yaml" --json --quiet --resume --threads 1 --out "$out/$name.h5" \
        --set "seed=$3" --set "network.preset=softhebb-cifar-$2" --set "dataset.name=$dataset" \
        --set "$setting" "${options[@]}" >"$out/$name.json.part"
    mv "$out/$name.json.part" "$out/$name.json"
    echo "$name: test accuracy $(number "$out/$name.json" test_accuracy)" >&2
}

# Every METHOD DEPTH of the two tables, a line each.
points() {
    local depth method
    for depth in "${depths[@]}"; do
        for method in "${methods[@]}"; do
            echo "$method $depth"
        done
    done
    if [[ " ${methods[*]} " = *' random '* && " ${methods[*]} " = *' softhebb '* ]]; then
        for ((k = 1; k < deepest; k++)); do
            echo "first-$k $deepest"
        done
    fi
}

deepest=$(printf '%s\n' "${depths[@]}" | sort -n | tail -n 1)
for method in "${methods[@]}"; do
    settings_of "$method" >/dev/null
done
settle
for seed in $(seq "$seeds"); do
    while read -r method depth; do
        [ -e "$out/$method-$depth-$seed.json" ] || start one "$method" "$depth" "$seed"
    done < <(points)
done
finish

for seed in $(seq "$seeds"); do
    while read -r method depth; do
        echo "$method $depth $seed $(number "$out/$method-$depth-$seed.json" test_accuracy)"
    done < <(points)
done >"$out/accuracies.txt"
awk -v dataset="$dataset" -v methods="${methods[*]}" -v depths="${depths[*]}" -v deepest="$deepest" \
    -v seeds="$seeds" -v options="${options[*]}" -v figure="$out/accuracy.dat" \
    "$statistics$(cat "$here/tables.awk")" "$here/published.txt" "$out/accuracies.txt"
if command -v gnuplot >/dev/null; then
    published=$(grep -cm 1 "^$dataset " "$here/published.txt" || true)
    gnuplot -e "data='$out/accuracy.dat'; figure='$out/accuracy.svg'; methods=${#methods[@]}" \
        -e "deepest=$deepest; published=$published" "$here/accuracy.gp"
else
    echo "gnuplot is not installed: no $out/accuracy.svg" >&2
fi
