#!/usr/bin/env bash
# sweep.sh PROGRAM: sweeps, whole and in parts, killed, on a full disk, with runs that fail: the same bits, and every
# failure told.
. "$(dirname "$0")/common.sh"

cat >sweep.yaml <<END
sweep: bits
base: tiny.yaml
set: {training.images: 100, output: {weights: true}}
axes:
  - {key: crossbar.adc_bits, values: [4, 8]}
  - {key: network.layers.*.rate, log: [0.01, 0.1, 2]}
seeds: {network: [5], device: 2}
END

# expect_runs FOLDER RUNS: all of them are there, with the bits of the sweep that was left alone.
expect_runs() {
    local run
    [ "$(cd "$1/points" && echo *)" = "$(for run in $(seq 0 $(($2 - 1))); do printf '%05d.h5 ' "$run"; done | sed 's/ $//')" ] ||
        fail "$1 has $(cd "$1/points" && echo *)"
    for run in "$1"/points/*; do
        expect_same "whole/points/${run##*/}" "$run" /train /readout /ledger /layers /wear
    done
}

# A whole sweep. Each run has the bits of the same run alone, and the summary its figures.
expect 0 "$program" sweep sweep.yaml --out whole --json --quiet
[ "$(number out "x['points'], x['seeds'], x['completed'], x['failed'], x['missing'], x['summary']")" = \
    "4 2 8 0 0 whole/summary.h5" ] || fail "$(cat out)"
expect_runs whole 8
expect 0 "$program" run tiny.yaml --quiet --set training.images=100 --set crossbar.adc_bits=8 --set 'network.layers.*.rate=0.01' \
    --set seeds.network=5 --set seeds.device=2 --set seeds.cycle=7 --out alone.h5
expect_same alone.h5 whole/points/00005.h5 /train /readout /ledger /layers /wear

# The summary has what the last test after training has found, without and with compensation.
cat >aged.yaml <<END
sweep: aged
base: tiny.yaml
set: {training.images: 100, inference.after: [2 h, 1 d], crossbar.compensation: tile}
axes: [{key: crossbar.adc_bits, values: [6]}]
END
expect 0 "$program" sweep aged.yaml --out aged --quiet
last() { # FILE DATASET
    h5dump -y -m %.17g -d "$2" "$1" | sed -n '/DATA {/,/}/p' | grep -oE '[0-9.]+(e-?[0-9]+)?|nan' | tail -n 1
}
for column in test compensated; do
    [ "$(last aged/summary.h5 "/results/${column/test/aged}_accuracy")" = \
        "$(last aged/points/00000.h5 "/inference/${column}_accuracy")" ] || fail "not the ${column}_accuracy of a day"
done
h5dump -d /results/aged_accuracy whole/summary.h5 | grep -q nan || fail "an accuracy of no time"

# What is there is not done again, nor overwritten; another sweep does not mix with it.
touch -d '2001-01-01' whole/points/*
expect_error 'whole holds this sweep already: --resume goes on' "$program" sweep sweep.yaml --out whole
touch -d '2001-01-01' whole/points/00003.h5.lock # of a process that was killed just before it could remove it
expect 0 "$program" sweep sweep.yaml --out whole --resume --quiet
[ ! -e whole/points/00003.h5.lock ] || fail "the lock of a killed process stays"
[ -z "$(find whole/points -type f -newermt '2001-01-02')" ] || fail "complete runs were done again"
sed 's/device: 2/device: 3/' sweep.yaml >other.yaml
expect_error 'whole is of another sweep: whole/sweep.yaml differs' "$program" sweep other.yaml --out whole --resume
cp tiny.yaml kept.yaml
sed -i 's/batch: 10/batch: 20/' tiny.yaml
expect_error 'whole/experiment.yaml is of another configuration: training.batch is 10 there and 20 here' \
    "$program" sweep sweep.yaml --out whole --resume
mv kept.yaml tiny.yaml

# In tasks of an array, and a run alone; the summary is collected of what there is.
expect 0 "$program" sweep sweep.yaml --out tasks --task 2/2 --quiet --json
[ "$(number out "x['completed'], x['missing'], x['summary']")" = "4 0 " ] || fail "$(cat out)"
expect 0 "$program" sweep sweep.yaml --out tasks --only 0
expect 0 "$program" sweep sweep.yaml --out tasks --collect --json
[ "$(number out "x['completed'], x['missing']")" = "5 3" ] || fail "$(cat out)"
expect 0 "$program" sweep sweep.yaml --out tasks --task 1/2 --jobs 1 --threads 2 --quiet
expect_runs tasks 8

# Killed again and again, at any moment, it ends with the same bits; sessions grow, so that it ends on any machine.
status=137
for session in $(seq 100); do
    status=0
    { timeout --signal KILL "$(awk "BEGIN { print 0.01 * $session ^ 2 }")" "$program" sweep sweep.yaml --out killed --resume --checkpoint 0.001 --quiet \
        >out 2>err; } 2>/dev/null || status=$?
    [ $status -eq 137 ] || break
done
[ $status -eq 0 ] || fail "status $status: $(cat err)"
[ "$session" -ge 3 ] || fail "killed only $session times"
expect_runs killed 8

# Ctrl-C leaves what there is, and a lock keeps others away meanwhile.
set -m
sed 's/images: 100/images: 300, training.epochs: 300/' sweep.yaml >long.yaml
"$program" sweep long.yaml --out long --checkpoint 0.01 2>err.long &
pid=$!
for _ in $(seq 600); do
    [ ! -e long/points/00000.h5.checkpoint ] || break
    sleep 0.1
done
expect 1 "$program" sweep long.yaml --out long --resume
grep -q 'another process is at work on long' err || fail "two sweeps at once: $(cat err)"
kill -s INT $pid
status=0
wait $pid || status=$?
[ $status -eq 130 ] || fail "status $status after Ctrl-C: $(cat err.long)"
tail -n 1 err.long | grep -q 'interrupted; 0 of 8 runs are complete; --resume goes on' || fail "$(cat err.long)"
[ -e long/points/00000.h5.checkpoint ] || fail "no checkpoint"
set +m

# A run that cannot be done, and one whose process dies each time, are told; the others go on.
sed 's/values: \[4, 8\]/values: [mnist, nowhere]/; s/crossbar.adc_bits/dataset.folder/' sweep.yaml >folders.yaml
expect 1 "$program" sweep folders.yaml --out folders --json
[ "$(number out "x['completed'], x['failed']")" = "4 4" ] || fail "$(cat out)"
tail -n 1 err | grep -q '4 of 8 runs failed; failures.txt beside the summary says why' || fail "$(cat err)"
[ "$(wc -l <folders/failures.txt)" -eq 4 ] || fail "$(cat folders/failures.txt)"
grep -q '^00007  dataset.folder = nowhere, network.layers.\*.rate = 0.1, seeds 5 2 7: .*nowhere' folders/failures.txt ||
    fail "$(cat folders/failures.txt)"
ln -s mnist data/nowhere
expect 0 "$program" sweep folders.yaml --out folders --resume --quiet
[ ! -e folders/failures.txt ] || fail "failures are remembered"
sed 's/\[4, 8\]/[4]/; s/device: 2/device: [2]/' long.yaml >dying.yaml
status=0
(
    ulimit -t 1
    exec "$program" sweep dying.yaml --jobs 2 --checkpoint 1000 --out dying 2>err
) >out || status=$?
[ $status -eq 1 ] || fail "status $status instead of 1: $(cat err)"
[ "$(grep -c 'is tried again: its process was ended by signal' err)" -eq 4 ] || fail "$(cat err)"
[ "$(grep -c 'seeds .*ended by signal' dying/failures.txt)" -eq 2 ] || fail "$(cat dying/failures.txt)"

# A full disk ends the sweep, keeps what is complete, and is no failure of the runs.
cp -r tasks full
rm full/points/00004.h5 full/points/00005.h5
status=0
(
    trap '' XFSZ
    ulimit -f 64
    exec "$program" sweep sweep.yaml --out full --resume --quiet 2>err
) || status=$?
[ $status -eq 1 ] || fail "status $status on a full disk"
grep -q 'File too large (6 of 8 runs are complete; --resume goes on)' err || fail "$(cat err)"
[ -z "$(find full -name '*.failed')" ] || fail "a full disk is booked as a failure"
expect 0 "$program" sweep sweep.yaml --out full --resume --quiet
expect_runs full 8

# Wrong input, before anything runs.
sed 's/values: \[4, 8\]/values: [4, 80]/' sweep.yaml >wrong.yaml
expect_error 'wrong.yaml:5: crossbar.adc_bits = 80 bit is outside \[0, 16\] bit \(point 2: ' "$program" sweep wrong.yaml --out wrong
[ ! -e wrong ] || fail "a folder of a wrong sweep"
expect_error 'unknown key axis; did you mean axes' "$program" sweep <(sed 's/axes:/axis:/' sweep.yaml)
expect_error '--task = 3/2 is not K/N' "$program" sweep sweep.yaml --task 3/2
expect 2 "$program" sweep sweep.yaml --out whole --only 8
grep -q -e '--only = 8 is outside \[0, 7\]' err || fail "$(cat err)"
