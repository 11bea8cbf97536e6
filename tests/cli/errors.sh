#!/usr/bin/env bash
# errors.sh PROGRAM: each wrong input gives one line that says where and what, and exit status 2.
. "$(dirname "$0")/common.sh"

expect_error 'a command is missing' "$program"
expect_error 'unknown command rum; did you mean run\?' "$program" rum
expect_error 'unknown option --versoin; did you mean --version\?' "$program" --versoin
expect_error 'unknown option --thread=2; did you mean --threads\?' "$program" run tiny.yaml --thread=2
expect_error '--threads = none is outside' "$program" run tiny.yaml --threads none
for size in 4X 0 -1 1.5G G iB 4GB 4iB 4GiBs 99999999999T; do
    expect_error "--memory = $size is no size" "$program" run tiny.yaml --memory "$size"
done
expect_error '--out needs a value' "$program" run tiny.yaml --out
expect_error '--json takes no value' "$program" run tiny.yaml --json=1
expect_error 'FILE.yaml is missing' "$program" run
expect_error 'unexpected second.yaml' "$program" run tiny.yaml second.yaml
expect_error 'unknown kind device_models' "$program" list device_models
expect_error 'unknown device pcm_acumulate; did you mean pcm_accumulate\?' "$program" show device pcm_acumulate
expect_error 'unknown device gokmen_vlasov; did you mean gokmen-vlasov\?' "$program" show device gokmen_vlasov
expect_error 'unknown device preset "gokmen-vlassov"; did you mean gokmen-vlasov\?' "$program" check tiny.yaml --set device.preset=gokmen-vlassov

expect_error 'nowhere.yaml' "$program" run nowhere.yaml
sed 's/trace_every/trace_evry/' tiny.yaml >wrong.yaml
expect_error 'wrong.yaml:10: .*trace_evry.*trace_every' "$program" run wrong.yaml
expect_error 'device\.g_max = -1e-0?6' "$program" run tiny.yaml --set device.g_max=-1e-6
expect_error 'ending in .h5|ends in .h5' "$program" run tiny.yaml --quiet --out result.txt

# A truncated file of images is named with what was expected.
head -c 1000 data/mnist/train-images-idx3-ubyte >short
mv short data/mnist/train-images-idx3-ubyte
expect_error 'train-images-idx3-ubyte' "$program" run tiny.yaml --quiet
rm -r data/mnist
expect_error 'mnist' "$program" run tiny.yaml --quiet
[ -z "$(find . -name '*.h5*')" ] || fail "a result of a wrong input"

# A result that cannot be written is a failure, and one line too.
python3 "$here/data.py" more 50 50
expect 1 "$program" run tiny.yaml --quiet --data more --out nowhere/result.h5
[ "$(wc -l <err)" -eq 1 ] || fail "not one line: $(cat err)"
grep -q 'nowhere/result.h5.lock.*No such file or directory' err || fail "no reason: $(cat err)"

# On a disk that fills up there is no result, but a reason.
status=0
(
    trap '' XFSZ
    ulimit -f 64
    exec "$program" run tiny.yaml --quiet --data more --out full.h5 2>err
) || status=$?
[ "$status" -eq 1 ] || fail "status $status instead of 1 on a full disk"
grep -Eq 'full.h5.(part|checkpoint): .*File too large' err || fail "no reason: $(cat err)"
[ ! -e full.h5 ] || fail "a half result"
