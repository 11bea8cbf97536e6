#!/usr/bin/env bash
# sweep_mpi.sh PROGRAM: a sweep over ranks has the bits of one on this machine alone, also where runs are lost on the way;
# what goes wrong is told once.
. "$(dirname "$0")/common.sh"
. "$here/mpi.sh"

cat >sweep.yaml <<END
sweep: ranks
base: tiny.yaml
set: {readout.epochs: 30}
axes: [{key: readout.rate, log: [1e-3, 1e-1, 3]}]
seeds: 2
END

# ranks COUNT ARGUMENT...: the sweep by so many ranks.
ranks() {
    local count=$1
    shift
    timeout 240 "$mpirun" -n "$count" "$program" sweep "$@"
}

# expect_runs FOLDER: all of them, with the bits of the sweep of one process.
expect_runs() {
    [ "$(ls "$1/points")" = "$(ls alone/points)" ] || fail "$1 has $(ls "$1/points")"
    for run in "$1"/points/*; do
        expect_same "alone/points/${run##*/}" "$run" /train /readout /ledger /layers /wear
    done
}

expect 0 "$program" sweep sweep.yaml --out alone --quiet
expect 0 ranks 3 sweep.yaml --out three --json --quiet
[ "$(number out "x['completed'], x['failed'], x['summary']")" = "6 0 three/summary.h5" ] || fail "$(cat out)"
expect_runs three
expect 0 ranks 1 sweep.yaml --out one --quiet
expect_runs one

# A process that is killed: its run is done by another.
ranks 3 sweep.yaml --out lost 2>err.lost >/dev/null &
pid=$!
worker=
while [ -z "$worker" ] && kill -0 $pid 2>/dev/null; do
    sleep 0.05
    for process in $(pgrep -f -- '--out lost --only'); do
        [ "$(readlink "/proc/$process/cwd")" != "$work" ] || worker=$process
    done
done
kill -s KILL "$worker"
status=0
wait $pid || status=$?
[ $status -eq 0 ] || fail "status $status: $(cat err.lost)"
[ "$(grep -c 'is tried again: its process was ended by signal 9' err.lost)" -eq 1 ] || fail "$(cat err.lost)"
expect_runs lost

expect 2 ranks 3 sweep.yaml --out three
[ "$(grep -c 'three holds this sweep already' err)" -eq 1 ] || fail "$(cat err)"
expect 2 ranks 3 nowhere.yaml
[ "$(grep -c 'nowhere.yaml: cannot be opened' err)" -eq 1 ] || fail "$(cat err)"
sed -i 's/, 3\]/, 3], values: [1]/' sweep.yaml
expect 2 ranks 2 sweep.yaml
[ "$(grep -c 'axes.0 has values already' err)" -eq 1 ] || fail "$(cat err)"
