# shellcheck shell=bash
# What the tests of the command line share: the program is the first argument, the work is done in a folder of its own
# with a tiny data set and an experiment.
set -eu
export LC_ALL=C
export PYTHONDONTWRITEBYTECODE=1 # the tree stays as it is
export OMP_WAIT_POLICY=passive # other tests run beside this one
# shellcheck disable=SC2034 # the scripts use it
program=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset CROSSHEBB_DATA
python3 "$here/data.py" data 300 100

cat >tiny.yaml <<END
experiment: tiny
seed: 7
dataset: {name: mnist}
network:
  layers:
    - {name: first, type: conv, synapses: crossbar, outputs: 8, kernel: 5, padding: 2, pool: max, pool_size: 4, pool_stride: 4, pool_padding: 0}
    - {name: second, type: conv, synapses: digital, outputs: 12, kernel: 3, padding: 1, pool: average, pool_size: 2, pool_stride: 2, pool_padding: 0}
device: {model: pcm_accumulate}
scheme: {name: read_modify_write}
training: {trace_every: 100, batch: 10, rest_seconds: 3600}
readout: {epochs: 3}
output: {weights: true, conductances: true}
END

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect STATUS COMMAND...: runs the command and leaves what it said in the files out and err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err || status=$?
    [ "$status" -eq "$wanted" ] || fail "status $status instead of $wanted: $* ($(cat err))"
}

# expect_error PATTERN COMMAND...: the input is wrong, and one line that matches the pattern says where and what.
expect_error() {
    local pattern=$1
    shift
    expect 2 "$@"
    [ "$(wc -l <err)" -eq 1 ] || fail "not one line: $* ($(cat err))"
    grep -Eq -e "$pattern" err || fail "no $pattern in: $(cat err)"
    [ ! -s out ] || fail "output beside the error: $*"
}

# expect_same FILE FILE GROUP...: the groups of two results agree in every bit.
expect_same() {
    local a=$1 b=$2 group
    shift 2
    for group in "$@"; do
        h5diff "$a" "$b" "$group" "$group" || fail "$group differs between $a and $b"
    done
}

# number FILE EXPRESSION: of the JSON object in the file, as python sees it in the name x.
number() {
    python3 -c "import json, sys; x = json.load(open('$1')); print($2)"
}

# Sets python to one that has h5py; without any the script is left out.
find_h5py() {
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import h5py' 2>/dev/null; then
            return
        fi
    done
    echo "no h5py"
    exit 77
}
