#!/usr/bin/env bash
# run.sh PROGRAM [DIR]: measures what sweeps add to their runs, and how they grow over cores and ranks; from that predicts
# 10,000 points on 1,000 ranks; writes README.md into DIR, by default this folder. Takes some minutes; the machine should
# have nothing else to do. Environment: ROUNDS, how often each is measured (default 3); MPIRUN, how ranks are started
# (default mpirun).
set -euo pipefail
export LC_ALL=C OMPI_MCA_rmaps_base_oversubscribe=1
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
dir=${2:-$here}
rounds=${ROUNDS:-3}
read -ra mpirun <<<"${MPIRUN:-mpirun}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds OUT COMMAND...: of the whole command, by the clock.
seconds() {
    local out=$1 began
    shift
    began=$(date +%s.%N)
    "$@" >"$out" 2>"$work/err" || {
        cat "$work/err" >&2
        return 1
    }
    echo "$(date +%s.%N) $began" | awk '{ printf "%.3f\n", $1 - $2 }'
}

# sweep NAME JOBS COMMAND...: the seconds of a sweep with so many jobs, started by the command, on one thread a run.
sweep() {
    local name=$1 jobs=$2
    shift 2
    rm -rf "${work:?}/$name"
    seconds "$work/$name.json" "$@" "$program" sweep "$here/sweep.yaml" --out "$work/$name" --jobs "$jobs" --threads 1 --json --quiet
}

# The wall time of each run of a sweep that was measured.
walls() {
    h5dump --dataset /results/wall_seconds --noindex --width 1 "$work/$1/summary.h5" | sed -n '/DATA {/,/}/s/^ *\([0-9][0-9.e-]*\),\{0,1\}$/\1/p'
}

sweep warm 2 >/dev/null # data and program into memory
for _ in $(seq "$rounds"); do
    echo "$(sweep jobs1 1) $(sweep jobs2 2) $(sweep ranks1 1 "${mpirun[@]}" -n 1) $(sweep ranks2 1 "${mpirun[@]}" -n 2)" \
        "$(walls jobs1 | awk '{ sum += $1 } END { print sum, NR }')"
done >"$work/rounds"
walls ranks2 >"$work/walls"

# What 10,000 points cost that are not runs: to check them before, and to collect them after.
sed 's/^axes:/design: {latin_hypercube: 10000}\naxes:/; s/log: \[\(.*\), 2\]/range: [\1], scale: log/; s/^seeds.*/seeds: 1/' \
    "$here/sweep.yaml" | sed "s|^base: |base: $here/|" >"$work/large.yaml"
check=$(seconds /dev/null "$program" sweep "$work/large.yaml" --out "$work/large" --slurm "$work/large.sh")
for run in $(seq -f %05.0f 0 9999); do
    ln "$work/jobs1/points/00000.h5" "$work/large/points/$run.h5"
done
collect=$(seconds /dev/null "$program" sweep "$work/large.yaml" --out "$work/large" --collect)

# median FORMAT EXPRESSION: of an expression of awk over the rounds.
median() {
    awk "{ print $2 }" "$work/rounds" | sort -g | awk -v format="$1" '
        { value[NR] = $1 }
        END { printf format, (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }'
}
# shellcheck disable=SC2016 # the columns are awk's
{
    one=$(median %.1f '$1') two=$(median %.1f '$2') jobs=$(median %.3f '$1 / $2 / 2')
    rank=$(median %.1f '$3') pair=$(median %.1f '$4') ranks=$(median %.3f '$3 / $4 / 2')
    start=$(median %.4f '($1 - $5) / $6') start_ms=$(median %.0f '1000 * ($1 - $5) / $6')
}

# Runs in the order of a sweep on so many ranks, each with the time of a run that was measured, drawn anew.
predict() {
    awk -v ranks="$1" -v runs="$2" -v start="$start" -v check="$check" -v collect="$collect" '
        { wall[NR] = $1 }
        # Puts a time at the root of the heap of ranks, the earliest free one first.
        function sink(time,    i, child) {
            for (i = 1; (child = 2 * i) <= ranks; i = child) {
                if (child < ranks && free[child + 1] < free[child]) child++
                if (free[child] >= time) break
                free[i] = free[child]
            }
            free[i] = time
        }
        END {
            srand(1)
            check *= runs / 10000
            collect *= runs / 10000
            for (i = 1; i <= ranks; i++) free[i] = check
            for (i = 1; i <= runs; i++) {
                time = start + wall[1 + int(rand() * NR)]
                work += time - start
                time += free[1]
                if (time > end) end = time
                sink(time)
            }
            printf "| %d | %d | %.0f | %.1f | %.1f | %.1f | %.3f |\n", runs, ranks, work, check, end - check, collect,
                work / ranks / (end + collect)
        }' "$work/walls"
}

{
    cat <<END
# How sweeps grow

Written by \`results/sweep/run.sh\`: the sweep [sweep.yaml](sweep.yaml), $(walls jobs1 | wc -l) runs on Fashion-MNIST, each on one thread; medians of
$rounds rounds, in each of which all were measured in turn.

END
    "$program" --version | awk '/^(crosshebb|revision|MPI|processor)/ { print "    " $0 }'
    cat <<END

| | seconds | efficiency |
|---|---|---|
| one run at a time | $one | |
| two at a time | $two | $jobs |
| one rank | $rank | |
| two ranks | $pair | $ranks |

Efficiency is the time of one over twice that of two. A run adds $start_ms ms to its own time: starting its process, booking its end. Checking 10,000 points takes $(printf %.1f "$check") s before the first run; collecting 10,000 results takes $(printf %.1f "$collect") s after the
last, here from local files.

## Predicted

Runs are dealt to the rank that is free first, each with the time of a run that was measured, drawn at random, and with what a run adds; checking and collecting go
on one rank alone. Efficiency is the work over ranks times the whole time: with ten runs a rank it is bounded by the last ones, for which the other ranks
wait. Not in it: a file system that a thousand ranks load at once.

| runs | ranks | work (s) | checking (s) | running (s) | collecting (s) | efficiency |
|---|---|---|---|---|---|---|
END
    predict 2 16
    predict 100 5000
    predict 1000 10000
    predict 1000 100000
} >"$work/README.md"
mv "$work/README.md" "$dir/"
cat "$work/rounds" >&2
