#!/usr/bin/env bash
# sweep_summary.sh PROGRAM: h5py reads the summary of a sweep: axes, seeds, figures, failures, and through its links the
# runs' own results.
. "$(dirname "$0")/common.sh"
find_h5py

cat >sweep.yaml <<END
sweep: bits
base: tiny.yaml
set: {training.images: 100, output: {weights: true}}
axes:
  - {key: crossbar.adc_bits, values: [4, 8]}
  - {key: network.layers.*.rate, log: [0.01, 0.1, 2]}
seeds: {network: [5], device: 2}
END

expect 0 "$program" sweep sweep.yaml --out whole --quiet
sed 's/values: \[4, 8\]/values: [mnist, nowhere]/; s/crossbar.adc_bits/dataset.folder/' sweep.yaml >folders.yaml
expect 1 "$program" sweep folders.yaml --out folders --quiet
mv whole moved # links are relative
"$python" "$here/summary.py" moved/summary.h5 folders/summary.h5 || fail "summary.py"
