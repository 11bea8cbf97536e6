#!/usr/bin/env bash
# commands.sh PROGRAM: help, version, check, list and show.
. "$(dirname "$0")/common.sh"

expect 0 "$program" --help
for command in run report watch check device bench list show; do
    grep -q "^  $command " out || fail "--help does not name $command"
    expect 0 "$program" "$command" --help
    grep -q "^usage: crosshebb $command" out || fail "no usage of $command"
    expect 0 "$program" --help
done
expect 0 "$program" --version
grep -Eq '^crosshebb [0-9]+\.[0-9]+\.[0-9]+$' out || fail "no version"
grep -q 'HDF5 1\.' out || fail "no version of HDF5"
if grep -qw avx2 /proc/cpuinfo; then
    expect 0 env -u OPENBLAS_CORETYPE "$program" --version
    grep -Eq 'OpenBLAS .* (Haswell|Zen|SkylakeX|Cooperlake|SapphireRapids) ' out || fail "kernels of an old processor"
fi

# Whatever is listed can be shown, with every parameter's sentence.
for pair in devices:device schemes:scheme encodings:encoding nonidealities:nonideality networks:network datasets:dataset hardware:hardware sections:section; do
    expect 0 "$program" list "${pair%:*}"
    [ -s out ] || fail "nothing in list ${pair%:*}"
    grep -Eqv '^[a-zA-Z0-9_.-]+ +[^ ]' out && fail "no summary in list ${pair%:*}: $(cat out)"
    cut -d ' ' -f 1 out >names
    while read -r name; do
        expect 0 "$program" show "${pair#*:}" "$name"
        [ "$(wc -l <out)" -ge 3 ] || fail "nothing shown of ${pair#*:} $name"
    done <names
done
expect 0 "$program" list
grep -q '^devices:' out || fail "list names no devices"
expect 0 "$program" list --json
[ "$(number out "len(x['devices']) >= 4 and 'layer' in x['sections']")" = True ] || fail "list --json"
expect 0 "$program" show device pcm_accumulate
grep -q 'doi' out || grep -q 'DOI' out || fail "no DOI of pcm_accumulate"
grep -q 'g_max' out || grep -q 'parameters' out || fail "no parameters of pcm_accumulate"
expect 0 "$program" show device gokmen-vlasov
for words in 'DOI 10.3389/fnins.2016.00333' 'states: 1250 ' 'constant_step: steps' 'up:    G <- min' 'read_noise  *0  '; do
    grep -q "$words" out || fail "show device gokmen-vlasov has no $words"
done

# A preset in an experiment is a model and its values.
expect 0 "$program" check tiny.yaml --set device.preset=gokmen-vlasov --set scheme.name=complementary --set device.states=77
grep -q '^  model: constant_step' out || fail "no model of the preset"
grep -q '^  states: 77 ' out || fail "no override of the preset"
grep -q '^  g_max_spread: 0.3 ' out || fail "no value of the preset"
grep -q 'preset: gokmen' out && fail "the resolved configuration needs the preset"

# The resolved configuration resolves to itself.
expect 0 "$program" check tiny.yaml --set training.batch=20
grep -Eq '^ *batch: 20' out || fail "the override is not in the resolved configuration"
grep -q '^# *predicted' out || fail "nothing predicted"
grep -v '^#' out >resolved.yaml # but for the prediction, which follows the machine
expect 0 "$program" check resolved.yaml
grep -v '^#' out | cmp - resolved.yaml || fail "the resolved configuration changes when it is resolved again"
expect 0 "$program" check tiny.yaml --json --threads 1
for key in devices memory_bytes training_macs training_seconds feature_macs feature_seconds readout_macs readout_seconds; do
    [ "$(number out "x['$key'] > 0")" = True ] || fail "check --json: $key"
done

# Output that cannot be written is a failure.
if [ -w /dev/full ]; then
    status=0
    "$program" list >/dev/full 2>err || status=$?
    [ "$status" -eq 1 ] || fail "status $status on a full disk"
    grep -q 'No space left' err || fail "a full disk is not told"
fi
