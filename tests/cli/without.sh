#!/usr/bin/env bash
# without.sh PROGRAM: non-idealities that are turned off by name, in a run and over a sweep: the bits of a run whose keys say
# the same, and a result that tells what was off.
. "$(dirname "$0")/common.sh"

run() {
    expect 0 "$program" run tiny.yaml --quiet --set training.images=50 "$@"
}

run --set 'crossbar.without=[adc, cycle_noise]' --out named.h5
run --set crossbar.adc_bits=0 --set device.noise_offset=0 --set device.noise_slope=0 --set device.noise_first=0 --out spelled.h5
run --out noisy.h5
expect_same named.h5 spelled.h5 /train /readout /ledger /layers /wear /conductance
! h5diff named.h5 noisy.h5 /conductance /conductance >/dev/null || fail "nothing was turned off"

cat >sweep.yaml <<END
sweep: ablation
base: tiny.yaml
set: {training.images: 50}
axes: [{key: crossbar.without, values: ["", "adc, cycle_noise", all]}]
END
expect 0 "$program" sweep sweep.yaml --out ablation --quiet
expect_same noisy.h5 ablation/points/00000.h5 /train /readout /ledger /layers /wear
expect_same named.h5 ablation/points/00001.h5 /train /readout /ledger /layers /wear
expect 0 "$program" report ablation --format csv
grep -q 'adc, cycle_noise' out || fail "no list in the report: $(cat out)"

expect_error 'crossbar.without: unknown non-ideality "adc_bits"' "$program" run tiny.yaml --set crossbar.without=adc_bits
