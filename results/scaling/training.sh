#!/usr/bin/env bash
# training.sh PROGRAM [DIR]: how long a consecutive training step of softhebb-cifar-3 on CIFAR-10 takes along a training, beside
# its matrix products alone: from the times of runs that stop after more and more images. Writes training.md into DIR, by
# default this folder. The data are where crosshebb finds them; the machine should have nothing else to do for ten minutes.
set -euo pipefail
export LC_ALL=C
program=$1
dir=${2:-$(dirname "$0")}
experiment=$(cd "$(dirname "$0")/../.." && pwd)/experiments/cifar10-3/experiment.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stops=(1000 3000 10000)
ways=('float32' 'int16' 'int16, learning_threshold 1e-4' 'float32, learning_threshold 1e-4')

# settings WAY: as options of crosshebb run.
settings() {
    echo "--set network.layers.*.arithmetic=${1%%,*}"
    case $1 in *threshold*) echo "--set network.layers.*.learning_threshold=1e-4" ;; esac
}

# seconds WAY IMAGES: of training by so many images.
seconds() {
    # shellcheck disable=SC2046 # settings are words
    "$program" run "$experiment" --quiet --json --out "$work/run.h5" $(settings "$1") --set training.order=consecutive \
        --set training.images="$2" --set dataset.train_images="$2" --set dataset.test_images=10 --set readout.epochs=1 |
        jq "$2 / .train_images_per_second"
}

bound=$("$program" bench --json training_step_cifar10 | jq .training_step_cifar10.bound)
{
    printf '# The training step along a training\n\n'
    cat <<'END'
Written by `results/scaling/training.sh`: a consecutive training step of softhebb-cifar-3 on CIFAR-10, batch of 10, all that
a run does between two of them included, over the images between two stops; milliseconds, and in brackets the ratio to
its matrix products alone in float32 (`crosshebb bench training_step_cifar10`, taken just before). Float32 and int16 multiply everything,
int16 but for zeros; behind a threshold only activities above it are multiplied, which are more as neurons converge.

END
    "$program" --version | awk '/^(crosshebb|revision|libraries|processor)/ { print "    " $0 }'
    printf '\n| images |'
    printf ' %s |' "${ways[@]}"
    printf '\n|---|'
    printf -- '---|%.0s' "${ways[@]}"
    printf '\n'
} >"$work/training.md"
for way in "${ways[@]}"; do
    before=0 since=0
    for stop in "${stops[@]}"; do
        now=$(seconds "$way" "$stop")
        awk -v seconds="$now $since" -v images="$stop $before" -v bound="$bound" 'BEGIN {
            split(seconds, t); split(images, n)
            step = 10 * (t[1] - t[2]) / (n[1] - n[2])
            printf "%.1f (%.2f)\n", 1e3 * step, step / bound
        }' >>"$work/$stop"
        before=$stop since=$now
    done
done
before=0
for stop in "${stops[@]}"; do
    printf '| %d to %d | %s |\n' "$before" "$stop" "$(paste -sd'|' "$work/$stop" | sed 's/|/ | /g')" >>"$work/training.md"
    before=$stop
done
mv "$work/training.md" "$dir/"
