#!/usr/bin/env bash
# backprop.sh PROGRAM: the comparator learns, with the tables of any run and the same bits for any number of threads; it is
# interrupted as any run is, and refuses what it cannot train.
. "$(dirname "$0")/common.sh"
run=("$program" run tiny.yaml --set training.method=backprop --set "network.layers.*.synapses=digital"
    --set readout.rate=0.005)

expect 0 "${run[@]}" --json --quiet --threads 1 --set readout.epochs=12 --out one.h5
mv out one.json
[ "$(number one.json "x['test_accuracy'] > 0.9 and x['train_accuracy'] > 0.8")" = True ] || fail "not learned: $(cat one.json)"
[ "$(number one.json "(x['energy']['total_J'], x['pulses']['attempted'])")" = "(0, 0)" ] || fail "a comparator without devices costs energy"
[ "$(number one.json "[layer['inputs'] for layer in x['layers']]")" = "[25, 72]" ] || fail "no figures of the layers"

# column NAME: the rows of a data set of the result, as python sees a list.
column() {
    h5dump -y -w 0 -d "$1" one.h5 | sed -n '/DATA {/,/}/s/^ *\([-0-9.].*\)$/[\1]/p'
}
python3 - "$(column /readout/epoch)" "$(column /readout/loss)" "$(column /train/first/image)" "$(column /train/second/image)" <<'END'
import sys

epoch, loss, first, second = map(eval, sys.argv[1:])
assert epoch == list(range(1, 13)), epoch
assert loss[-1] < 0.5 * loss[0], loss
assert first == second and first[-1] == 12 * 300, (first, second)
END
h5dump -H -d /layers/second/weights one.h5 | grep -q '( 12, 72 )' || fail "no weights of the second layer"
for threads in 2 3; do
    expect 0 "${run[@]}" --json --quiet --threads "$threads" --set readout.epochs=12 --out again.h5
    expect_same one.h5 again.h5 /train /readout /layers /config
done

expect_error '^tiny.yaml:[0-9]+: network.layers.0.synapses = crossbar cannot be with training.method = backprop' \
    "$program" run tiny.yaml --quiet --set training.method=backprop
expect_error 'training.learn cannot be with training.method = backprop' "${run[@]}" --quiet --set training.learn=false

# Long enough to be stopped.
set -m
status=0
"${run[@]}" --set readout.epochs=10000 --threads 1 --out long.h5 2>err &
pid=$!
for _ in $(seq 600); do
    grep -q 'test accuracy' err && break
    sleep 0.1
done
kill -s INT "$pid"
wait "$pid" || status=$?
[ "$status" -eq 130 ] || fail "status $status after INT: $(cat err)"
h5dump -d /readout/test_accuracy long.h5.part | grep -Eq '\(0\): [0-9]' || fail "no rows in the part"
