#!/usr/bin/env bash
# result.sh PROGRAM: h5py reads a result without this project: groups, units, sentences, sums.
. "$(dirname "$0")/common.sh"

find_h5py

expect 0 "$program" run tiny.yaml --quiet
"$python" "$here/result.py" tiny.h5 resolved.yaml || fail "result.py"
expect 0 "$program" run resolved.yaml --quiet --out again.h5
expect_same tiny.h5 again.h5 /train /readout /ledger /wear /layers
