#!/usr/bin/env bash
# watch.sh PROGRAM: a running job is followed to its end, from any stage; a stopped one is told; JSON says the same.
. "$(dirname "$0")/common.sh"
long=(--quiet --set training.epochs=20 --set training.trace_every=200 --set readout.epochs=300)

expect_error '^nowhere\.h5: No such file' "$program" watch nowhere.h5
expect_error '^tiny\.yaml: it is damaged or no HDF5 file' "$program" watch tiny.yaml

# wait_for FILE: until it is there.
wait_for() {
    for _ in $(seq 600); do
        [ ! -e "$1" ] || return 0
        sleep 0.05
    done
    fail "no $1"
}

"$program" run tiny.yaml "${long[@]}" >run.txt 2>&1 &
run=$!
wait_for tiny.h5.part
expect 0 "$program" watch tiny.h5 --json
mv out look.json
python3 - <<'PYTHON'
import json

look = json.load(open("look.json"))
assert look["experiment"] == "tiny" and look["state"] in ("running", "complete"), look
assert look["stage"] in ("first", "second", "features", "readout", "complete"), look
assert look["rate"] is None or look["rate"] > 0, look
assert 0 <= look["done"] <= (look["total"] or look["done"]), look
PYTHON
expect 0 "$program" watch tiny.h5.part
wait $run || fail "the run that was watched failed: $(cat run.txt)"
[ -e tiny.h5 ] || fail "the run was not watched to its end"
tail -n 1 out | grep -Eq '^complete +[0-9.]+/s, test accuracy [0-9.]+ %, [0-9.]+ [mun]?J, [0-9.]+ m?s, accuracy [-_.=+*%#]+$' ||
    fail "the last line is $(tail -n 1 out)"
accuracy=$(sed -n 's/^test accuracy *//p' run.txt)
grep -q "test accuracy $accuracy" out || fail "another accuracy than $accuracy: $(cat out)"
[ "$(wc -l <out)" -gt 1 ] || fail "nothing but the end: $(cat out)"

# Bars where the terminal has them.
expect 0 env LC_ALL=C.UTF-8 "$program" watch tiny.h5
grep -q '█' out || fail "no bars: $(cat out)"

expect 0 "$program" watch tiny.h5 --json
[ "$(number out "(x['state'], x['stage'], x['done'], x['energy_J'] > 0, len(x['course']['values']))")" = "('complete', 'complete', 300, True, 30)" ] ||
    fail "JSON of a complete run: $(cat out)"

# A run that was killed.
"$program" run tiny.yaml "${long[@]}" --set readout.epochs=100000 --out killed.h5 >run.txt 2>&1 &
run=$!
wait_for killed.h5.part
for _ in $(seq 600); do
    expect 0 "$program" watch killed.h5 --json
    [ "$(number out "x['done'] > 0")" = False ] || break
done
kill -9 $run
wait $run || true
expect 1 "$program" watch killed.h5
grep -q '^killed\.h5\.part: the run was stopped; crosshebb run --resume' err || fail "not told that it was stopped: $(cat err)"
expect 0 "$program" watch killed.h5 --json
[ "$(number out "x['state']")" = stopped ] || fail "not stopped: $(cat out)"
