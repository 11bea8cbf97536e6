#!/usr/bin/env bash
# resume.sh PROGRAM: runs that are killed again and again end with the same bits as one that is left alone; and what
# --resume does where it cannot go on.
. "$(dirname "$0")/common.sh"

# survive NAME GROUPS OVERRIDE...: sessions of one and two threads in turn, four of which are killed, each a little longer after
# its first checkpoint than the one before, and a last one that is left alone, end as the run that nobody disturbed.
survive() {
    local name=$1 groups=$2 status=1 session=0 pid
    shift 2
    expect 0 "$program" run tiny.yaml --quiet --json --threads 1 "$@" --out "$name.h5"
    while [ "$status" -ne 0 ]; do
        session=$((session + 1))
        [ "$session" -le 5 ] || fail "$name does not end: $(cat err)"
        touch begun
        sleep 0.02
        "$program" run tiny.yaml --resume --checkpoint 0.001 --threads $((1 + session % 2)) "$@" --out killed.h5 >out 2>err &
        pid=$!
        if [ "$session" -le 4 ]; then
            while kill -0 "$pid" 2>/dev/null && ! [ killed.h5.checkpoint -nt begun ]; do
                sleep 0.01
            done
            sleep 0.0$session
            kill -s KILL "$pid" 2>/dev/null || true
        fi
        status=0
        wait "$pid" 2>/dev/null || status=$?
        ! grep -q 'goes on after' err || resumed=$((resumed + 1))
    done
    [ "$(ls killed.h5*)" = killed.h5 ] || fail "something is left: $(ls killed.h5*)"
    # shellcheck disable=SC2086 # several groups
    expect_same "$name.h5" killed.h5 $groups
    [ "$(figures "$name.h5")" = "$(figures killed.h5)" ] || fail "figures of $name differ"
    mv killed.h5 complete.h5
}

# figures FILE: those of the result, without what the machine makes of them.
figures() {
    h5dump -g /result "$1" | sed '1d; /"train_images_per_second\|"wall_seconds\|"peak_memory/,/^   }/d'
}

resumed=0
survive hardware '/train /readout /ledger /layers /wear' --set training.epochs=8 --set readout.epochs=200
[ "$resumed" -ge 3 ] || fail "only $resumed sessions went on from a checkpoint"
resumed=0
survive array '/train /readout /ledger /layers /inference' --set training.epochs=8 --set readout.epochs=200 --set readout.synapses=programmed \
    --set crossbar.telegraph_share=0.3 --set crossbar.temperature_after=330 --set crossbar.compensation=tile --set 'inference.after=2 h, 1 d'
[ "$resumed" -ge 3 ] || fail "only $resumed sessions went on from a checkpoint"
resumed=0
survive digital '/train /readout /ledger /layers' --set training.epochs=20 --set readout.epochs=200 --set network.layers.0.synapses=digital \
    --set network.layers.1.rate_decay=linear --set training.order=consecutive
[ "$resumed" -ge 2 ] || fail "only $resumed sessions went on from a checkpoint"
resumed=0
survive backprop '/train /readout /layers' --set training.method=backprop --set 'network.layers.*.synapses=digital' \
    --set readout.epochs=60
[ "$resumed" -ge 2 ] || fail "only $resumed sessions went on from a checkpoint"

# Without a checkpoint a run starts anew; a complete one is left alone.
expect 0 "$program" run tiny.yaml --resume --out tiny.h5
grep -q 'no tiny.h5.checkpoint: the run starts anew' err || fail "a new start is not told: $(cat err)"
cp tiny.h5 kept.h5
expect 0 "$program" run tiny.yaml --resume --json --out tiny.h5
grep -q 'tiny.h5 is complete' err || fail "an end is not told: $(cat err)"
number out "x['test_accuracy']" >/dev/null
cmp tiny.h5 kept.h5 || fail "a complete result was written"
expect_error 'tiny.h5 is of another configuration: training.batch is 10 there and 20 here' \
    "$program" run tiny.yaml --resume --quiet --set training.batch=20 --out tiny.h5

# A checkpoint to try in vain.
set -m
"$program" run tiny.yaml --quiet --checkpoint 0.01 --set training.epochs=1000 --out long.h5 2>/dev/null &
pid=$!
for _ in $(seq 600); do
    [ ! -e long.h5.checkpoint ] || break
    sleep 0.1
done
expect 1 "$program" run tiny.yaml --quiet --out long.h5
grep -q 'another run is writing long.h5' err || fail "two runs write one result: $(cat err)"
kill -s KILL $pid
wait $pid 2>/dev/null || true
long() {
    "$program" run tiny.yaml --resume --quiet --set training.epochs=1000 --out long.h5 "$@"
}
expect_error 'long.h5.checkpoint is of another configuration: seed is 7 there and 8 here' long --set seed=8
cp long.h5.checkpoint whole
head -c 1000 whole >long.h5.checkpoint
expect_error 'long.h5.checkpoint is damaged: its end is missing' long
: >long.h5.checkpoint
expect_error 'long.h5.checkpoint is damaged: it does not begin' long
python3 - <<'END_OF_PYTHON'
whole = bytearray(open("whole", "rb").read())
whole[len(whole) // 2] ^= 1
open("long.h5.checkpoint", "wb").write(whole)
END_OF_PYTHON
expect_error 'long.h5.checkpoint is damaged: its checksum' long
[ ! -e long.h5 ] || fail "a result of a damaged checkpoint"
