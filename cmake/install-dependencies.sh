#!/bin/sh
# Installs from the distribution's packages what crosshebb needs and is missing; with --tests, also what its tests need.
# For Debian 12, Ubuntu 22.04 and later.
set -eu

build='build-essential cmake ninja-build pkg-config git ca-certificates libgsl-dev libhdf5-dev
    libopenblas-openmp-dev librandom123-dev libyaml-dev libsuitesparse-dev libjpeg-dev libpng-dev zlib1g-dev gnuplot-nox dataset-fashion-mnist'
tests='check chromium clang clang-format clang-tidy g++ hdf5-tools jq libmpich-dev libomp-dev libopenmpi-dev mpich munge openmpi-bin
    procps python3-h5py shellcheck slurm-client slurmctld slurmd tidy valgrind xz-utils'

case ${1:-} in
'') wanted=$build ;;
--tests) wanted="$build $tests" ;;
*)
    echo "usage: $0 [--tests]" >&2
    exit 2
    ;;
esac

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "$0: this is not a Debian or Ubuntu system; install these or their likes:" >&2
    echo "$wanted" | tr -s ' \n' ' ' >&2
    echo >&2
    exit 1
fi

root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "$0: run it as root, or install sudo" >&2
        exit 1
    fi
    root=sudo
fi

# The packages of its arguments that are not installed.
missing() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

# Installs the packages of its arguments that are missing.
install() {
    lacking=$(missing "$@" | tr '\n' ' ')
    if [ -z "$lacking" ]; then
        return
    fi
    echo "installing $lacking"
    log=$(mktemp)
    # shellcheck disable=SC2086 # the lists are words
    if ! { $root apt-get update && $root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $lacking; } >"$log" 2>&1; then
        cat "$log" >&2
        echo "$0: could not install $lacking" >&2
        exit 1
    fi
    rm -f "$log"
}

# shellcheck disable=SC2086 # the lists are words
install $wanted
if [ "${1:-}" = --tests ]; then
    # The sanitizers' libraries of clang, in a package named after its version.
    install "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
fi
