#!/usr/bin/env bash
# Everything there is to check, from a fresh clone: installs what is missing, builds, and runs every test; says a line
# a step, shows what fails in full, and ends with the sum. With CI=true, what must be skipped has failed.
set -u
export LC_ALL=C
exec </dev/null
cd "$(dirname "$0")/.." || exit 1
mkdir -p build
log=$PWD/build/step.log
passed=0
failed=0
skipped=0
skip_status=77

# report RESULT SECONDS NAME: a line for people.
report() {
    printf '%-7s %4d s  %s\n' "$1" "$2" "$3"
}

# step NAME COMMAND...: one thing to check; exit status 77 means that it could not be.
step() {
    local name=$1 begin=$SECONDS status
    shift
    "$@" >"$log" 2>&1
    status=$?
    if [ $status -eq 0 ]; then
        passed=$((passed + 1))
        report ok $((SECONDS - begin)) "$name"
    elif [ $status -eq $skip_status ] && [ "${CI:-}" != true ]; then
        skipped=$((skipped + 1))
        report skipped $((SECONDS - begin)) "$name: $(tail -n 1 "$log")"
        return 0
    else
        failed=$((failed + 1))
        report FAILED $((SECONDS - begin)) "$name"
        cat "$log"
    fi
    return $status
}

# attribute NAME FILE: a number of the first line of CTest's JUnit file that has it.
attribute() {
    sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

# suite PRESET CTEST-ARGUMENTS...: the tests of a build, counted one by one.
suite() {
    local preset=$1 begin=$SECONDS results=$PWD/build/$1/results.xml all bad left
    shift
    rm -f "$results"
    ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$results" "$@" >"$log" 2>&1
    if [ ! -s "$results" ]; then
        failed=$((failed + 1))
        report FAILED $((SECONDS - begin)) "$preset tests: none ran"
        cat "$log"
        return
    fi
    all=$(attribute tests "$results")
    bad=$(attribute failures "$results")
    left=$(attribute skipped "$results")
    if [ "${CI:-}" = true ]; then
        bad=$((bad + left))
        left=0
    fi
    passed=$((passed + all - bad - left))
    failed=$((failed + bad))
    skipped=$((skipped + left))
    if [ "$bad" -gt 0 ]; then
        report FAILED $((SECONDS - begin)) "$preset tests: $bad of $all"
        cat "$log"
        return
    fi
    report ok $((SECONDS - begin)) "$preset tests: $all, $left skipped"
    grep -E '\(Skipped\)$' "$log"
}

build() {
    cmake --preset "$1" && cmake --build --preset "$1"
}

# The real data sets, where a script beside this checkout lays them out.
lay_out_data() {
    local unpack=../shared/data/unpack.sh
    if [ ! -x "$unpack" ]; then
        echo "no $unpack: tests on real data are left out"
        return $skip_status
    fi
    "$unpack" build/data
}

# Test programs under valgrind, which lacks the newest instruction sets: OpenBLAS is told not to look for them. Threads take
# turns there: one that waits must not spin.
memcheck() {
    printf 'build/release/tests/test_%s\n' "$@" |
        CK_FORK=no OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive OPENBLAS_CORETYPE=Haswell xargs -n 1 -P "$(nproc)" \
            valgrind --quiet --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
            --error-exitcode=1
}

lint_scripts() {
    git ls-files -z '*.sh' .ci/run | xargs -0 shellcheck
}

step 'install what is missing' cmake/install-dependencies.sh --tests
step 'real data sets' lay_out_data && [ -d build/data ] && export CROSSHEBB_DATA=$PWD/build/data
step 'format' tests/format.sh
step 'scripts' lint_scripts
if step 'build release' build release; then
    suite release
    step 'valgrind' memcheck synapses layer readout feature_store dataset picture loader rng trace result_read config converter
fi
step 'MPICH' tests/mpich.sh
step 'real data' tests/real-data.sh build/release/bin/crosshebb
step 'build dev (address and undefined-behaviour sanitizers)' build dev && suite dev --label-regex 'unit|cli'
step 'build fuzz' build fuzz && suite fuzz --label-regex fuzz
step 'clang-tidy' tests/tidy.sh

summary="$passed passed, $failed failed"
[ $skipped -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ $failed -eq 0 ]
