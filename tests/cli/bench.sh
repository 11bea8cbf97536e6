#!/usr/bin/env bash
# bench.sh PROGRAM: what bench measures is there, positive, and as far from its bound as it says.
. "$(dirname "$0")/common.sh"

# holds FILTER: what jq finds in the file out is true.
holds() {
    jq --exit-status "$1" out >/dev/null || fail "not so: $1 ($(cat out))"
}

names=(normals update_dense_512_ideal read_noisy_384x864 irdrop_fast_256 training_step_cifar10_layer1 epoch_mnist_in_place)
expect 0 "$program" bench --json --quick --threads 1 "${names[@]}"
[ ! -s err ] || fail "messages: $(cat err)"
holds "keys == (\"${names[*]}\" | split(\" \") | sort)"
holds 'all(.[]; .value > 0 and (.unit | length) > 0 and keys == ["bound", "ratio", "unit", "value"])'
holds '[.normals, .update_dense_512_ideal, .epoch_mnist_in_place] | all(.bound == null and .ratio == null)'
holds '[.read_noisy_384x864, .irdrop_fast_256, .training_step_cifar10_layer1]
    | all(.bound > 0 and (.ratio * .bound / .value - 1 | fabs) < 1e-9)'

# The table names what it measures, for people.
expect 0 "$program" bench --quick --threads 2 update_winner_384x864
grep -Eq '^update_winner_384x864 +[0-9.e+-]+ us ' out || fail "no row: $(cat out)"

# A series is a step over one of its parameters.
expect 0 "$program" bench --series width --quick --threads 1 --json
holds '.series == "width" and [.points[].at] == [0.25, 0.5, 1]'
holds 'all(.points[]; .value > 0 and (.ratio * .bound / .value - 1 | fabs) < 1e-9)'
holds '.points[0].value < .points[2].value'

expect_error 'unknown benchmark normal; did you mean normals\?' "$program" bench normal
expect_error 'unknown series wdth; did you mean width\?' "$program" bench --series wdth
expect_error 'unexpected normals beside --series' "$program" bench --series width normals
