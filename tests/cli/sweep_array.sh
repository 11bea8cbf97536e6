#!/usr/bin/env bash
# sweep_array.sh PROGRAM: the script that a sweep writes for Slurm, its tasks started one by one as Slurm would, with whatever is
# in their paths.
. "$(dirname "$0")/common.sh"

cat >sweep.yaml <<END
sweep: array
base: tiny.yaml
axes: [{key: readout.rate, log: [1e-3, 1e-1, 3]}]
seeds: 2
END

# expect_runs FOLDER: all of them, with the bits of the sweep of one process.
expect_runs() {
    [ "$(cd "$1/points" && ls)" = "$(ls alone/points)" ] || fail "$1 has $(ls "$1/points")"
    for run in "$1"/points/*; do
        expect_same "alone/points/${run##*/}" "$run" /train /readout /ledger /layers /wear
    done
}

expect 0 "$program" sweep sweep.yaml --out alone --quiet

odd="it's \"odd\" \$HOME"
mkdir "$odd"
cp ./*.yaml "$odd"
expect 0 "$program" sweep "$odd/sweep.yaml" --out "$odd/out" --slurm "$odd/array.sh" --jobs 4 --threads 2 --data data --checkpoint 5
grep -q '6 runs in 4 tasks' out || fail "$(cat out)"
[ -z "$(ls "$odd/out/points")" ] || fail "something has run"
bash -n "$odd/array.sh"
! command -v shellcheck >/dev/null || shellcheck --exclude SC2016 "$odd/array.sh"
grep -qx '#SBATCH --array=1-4' "$odd/array.sh" || fail "no array"
grep -qx '#SBATCH --cpus-per-task=2' "$odd/array.sh" || fail "no processors"
for task in 3 1 2 4; do
    (cd / && SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=2 "$work/$odd/array.sh") >>log 2>&1 || fail "task $task: $(cat log)"
done
(cd / && SLURM_ARRAY_TASK_ID=1 "$work/$odd/array.sh" collect) >log 2>&1 || fail "$(cat log)"
expect_runs "$odd/out"
[ -e "$odd/out/summary.h5" ] || fail "no summary"
expect 0 "$program" sweep sweep.yaml --out many --slurm many.sh
grep -qx '#SBATCH --array=1-6' many.sh || fail "not a task a run"
