#!/usr/bin/env bash
# result.sh PROGRAM: h5py reads a result without this project: groups, units, sentences, sums.
. "$(dirname "$0")/common.sh"

for python in python3 /usr/bin/python3; do
    if "$python" -c 'import h5py' 2>/dev/null; then
        break
    fi
    [ "$python" != /usr/bin/python3 ] || {
        echo "no h5py"
        exit 77
    }
done

expect 0 "$program" run tiny.yaml --quiet
"$python" "$here/result.py" tiny.h5 resolved.yaml || fail "result.py"
expect 0 "$program" run resolved.yaml --quiet --out again.h5
expect_same tiny.h5 again.h5 /train /readout /ledger /wear /layers
