#!/usr/bin/env bash
# ranks.sh PROGRAM: one run divided among the ranks of MPI has the same bits as alone, also where ranks are killed and another
# number of them goes on; and what is wrong is told once.
. "$(dirname "$0")/common.sh"
. "$here/mpi.sh"

# Layers of one part, of several, and of parts that are not full.
cat >wide.yaml <<END
experiment: wide
seed: 7
dataset: {name: mnist}
network:
  layers:
    - {name: first, type: conv, synapses: digital, outputs: 40, kernel: 5, padding: 2, pool: max, pool_size: 4, pool_stride: 4, pool_padding: 0, rate: 1}
    - {name: second, type: conv, synapses: digital, outputs: 200, kernel: 3, padding: 1, pool: average, pool_size: 4, pool_stride: 4, pool_padding: 0, rate: 1}
    - {name: third, type: dense, synapses: digital, outputs: 100, pool: none, rate: 1, update_scale: neuron_running}
device: {model: pcm_accumulate}
scheme: {name: read_modify_write}
crossbar: {rows: 64, columns: 24, devices: 1, stuck_fraction: 0.01, telegraph_share: 0.1}
training: {trace_every: 50, batch: 10, images: 100}
readout: {epochs: 3}
output: {weights: true, conductances: true}
END
groups=(/train /readout /ledger /layers /config)

# ranks COUNT ARGUMENT...: the run by so many ranks.
ranks() {
    local count=$1
    shift
    timeout 240 "$mpirun" -n "$count" "$program" run "$@" --threads 1
}

# figures FILE: those of the result, without what the machine makes of them.
figures() {
    h5dump -g /result "$1" | sed '1d; /"train_images_per_second\|"wall_seconds\|"peak_memory/,/^   }/d'
}

# expect_as_alone NAME FILE: the result is that of NAME.h5.
expect_as_alone() {
    expect_same "$1.h5" "$2" "${groups[@]}"
    [ "$(figures "$1.h5")" = "$(figures "$2")" ] || fail "figures of $1 differ in $2"
}

# rank FILE: the process of this test's latest rank that writes that result.
rank() {
    local process
    for process in $(pgrep crosshebb); do
        if [ "$(readlink "/proc/$process/cwd")" = "$work" ] && tr '\0' ' ' <"/proc/$process/cmdline" | grep -q -e "--out $1"; then
            echo "$process"
        fi
    done 2>/dev/null | tail -n 1
}

# compare NAME COUNTS OVERRIDE...: alone, and by so many ranks.
compare() {
    local name=$1 counts=$2 count
    shift 2
    expect 0 "$program" run wide.yaml --quiet --json --threads 2 "$@" --out "$name.h5"
    for count in $counts; do
        expect 0 ranks "$count" wide.yaml --quiet --json "$@" --out "ranks$count.h5"
        [ "$(number out "x['result']")" = "ranks$count.h5" ] || fail "not one result: $(cat out)"
        expect_as_alone "$name" "ranks$count.h5"
        h5dump -a /code/ranks "ranks$count.h5" | grep -q "(0): $count" || fail "the result does not tell of ranks"
    done
}

# survive NAME OVERRIDE...: sessions of two, three ranks and one process in turn, one of whose processes is killed as soon as
# there is a checkpoint of that session, and a last one that is left alone, end as NAME.h5.
survive() {
    local name=$1 session=0 resumed=0 status=1 count pid
    shift
    while [ "$status" -ne 0 ]; do
        count=$((1 + (session + 1) % 3))
        session=$((session + 1))
        [ "$session" -le 6 ] || fail "$name does not end"
        touch begun
        sleep 0.02
        if [ "$count" -eq 1 ]; then
            "$program" run wide.yaml --resume --checkpoint 0.001 --threads 2 "$@" --out killed.h5 >out 2>err &
        else
            "$mpirun" -n "$count" "$program" run wide.yaml --resume --checkpoint 0.001 --threads 1 "$@" --out killed.h5 >out 2>err &
        fi
        pid=$!
        if [ "$session" -le 4 ]; then
            while kill -0 "$pid" 2>/dev/null && ! [ killed.h5.checkpoint -nt begun ]; do
                sleep 0.01
            done
            kill -s KILL "$(rank killed.h5)" 2>/dev/null || true
        fi
        status=0
        wait "$pid" 2>/dev/null || status=$?
        ! grep -q 'goes on after' err || resumed=$((resumed + 1))
    done
    [ "$resumed" -ge 2 ] || fail "only $resumed sessions went on from a checkpoint"
    expect_as_alone "$name" killed.h5
    [ "$(ls killed.h5*)" = killed.h5 ] || fail "something is left: $(ls killed.h5*)"
    rm killed.h5 begun
}

compare float32 "2 3" --set training.epochs=4
survive float32 --set training.epochs=4
compare int16 3 --set 'network.layers.*.arithmetic=int16' --set training.order=consecutive \
    --set network.layers.1.rate_decay=linear --set network.layers.2.pre_triangle=true

# Crossbars, by every scheme and with all that is drawn at random; few images, as they take their time.
crossbar=(--set 'network.layers.*.synapses=crossbar' --set training.images=10 --set training.rest_seconds=3600
    --set crossbar.compensation=column --set "inference.after=2 h, 1 d")
groups+=(/wear /conductance /inference)
compare read_modify_write 2 "${crossbar[@]}"
compare complementary 3 "${crossbar[@]}" --set device.model=soft_bounds --set scheme.name=complementary --set readout.synapses=programmed \
    --set crossbar.compensation=tile --set crossbar.temperature_after=330 --set 'inference.after=1 h'
compare pcm_pair "2 3" "${crossbar[@]}" --set scheme.name=pcm_pair --set scheme.decay=0.05

# Matrices that are written onto crossbars: parts are whole tiles from the beginning.
compare programmed 3 --set 'network.layers.*.synapses=programmed' --set device.model=cmo_programmed --set training.rest_seconds=3600 \
    --set "inference.after=2 h, 1 d"
survive pcm_pair "${crossbar[@]}" --set scheme.name=pcm_pair --set scheme.decay=0.05

# A signal to one of the ranks stops all of them, with a checkpoint that one process goes on from.
: >err # so that nothing is found in it that the run before has said
timeout 240 "$mpirun" -n 2 "$program" run wide.yaml --threads 1 --set training.epochs=1000 --out stopped.h5 >out 2>err &
pid=$!
for _ in $(seq 600); do
    ! grep -q '^first' err || break
    sleep 0.1
done
kill -s TERM "$(rank stopped.h5)"
status=0
wait $pid || status=$?
[ "$status" -eq 130 ] || fail "status $status after SIGTERM: $(cat err)"
[ "$(grep -c 'interrupted; .*stopped.h5.checkpoint' err)" -eq 1 ] || fail "$(cat err)"
[ -e stopped.h5.checkpoint ] || fail "no checkpoint"

# What is wrong is told once, whether it is wrong for all ranks or for the first.
expect 2 ranks 2 nowhere.yaml
[ "$(grep -c 'nowhere.yaml: cannot be opened' err)" -eq 1 ] || fail "$(cat err)"
expect 2 ranks 2 wide.yaml --data nowhere
[ "$(grep -c 'nowhere' err)" -eq 1 ] || fail "$(cat err)"
expect 2 ranks 2 wide.yaml --set training.method=backprop
[ "$(grep -c 'backprop cannot be divided among 2 ranks' err)" -eq 1 ] || fail "$(cat err)"

# What is wrong for one rank alone ends the others too.
status=0
timeout 240 "$mpirun" -n 1 "$program" run wide.yaml --threads 1 --out half.h5 : \
    -n 1 "$program" run wide.yaml --threads 1 --out half.h5 --data nowhere >out 2>err || status=$?
[ "$status" -eq 2 ] || fail "status $status where one rank has no data: $(cat err)"
[ "$(grep -c 'nowhere' err)" -eq 1 ] || fail "$(cat err)"
[ ! -e half.h5 ] || fail "a result of half the ranks"

expect 0 ranks 2 wide.yaml --resume --quiet --json --set training.epochs=4 --out float32.h5
number out "x['test_accuracy']" >/dev/null
