#!/usr/bin/env bash
# interrupt.sh PROGRAM: SIGINT and SIGTERM end a run with status 130 and a part that others can read.
. "$(dirname "$0")/common.sh"

# interrupt SIGNAL: stops a long run that has had time for its first rows.
interrupt() {
    local status=0 pid
    rm -f long.h5.part
    : >err
    "$program" run tiny.yaml --set training.epochs=1000 --set training.trace_every=10 --out long.h5 2>err &
    pid=$!
    for _ in $(seq 600); do
        grep -q '^first' err && break
        sleep 0.1
    done
    sleep 1
    kill -s "$1" "$pid"
    wait "$pid" || status=$?
    [ "$status" -eq 130 ] || fail "status $status after $1: $(cat err)"
    tail -n 1 err | grep -q 'interrupted; .*long.h5.part' || fail "the part is not named: $(cat err)"
    tail -n 1 err | grep -q 'resume goes on from long.h5.checkpoint' || fail "no way to go on: $(cat err)"
    [ -e long.h5.checkpoint ] || fail "no checkpoint"
    [ ! -e long.h5 ] || fail "an interrupted run has a result"
    h5dump -d /train/first/energy long.h5.part >dump || fail "h5dump cannot read the part"
    grep -Eq '\(0\): [0-9]' dump || fail "no rows in the part"
    h5dump -a /result/complete long.h5.part | grep -q '(0): 0' || fail "the part claims to be complete"
}

# A background job of a script ignores SIGINT unless job control is on.
set -m
interrupt INT
interrupt TERM
