#!/bin/sh
# The program builds with MPICH where that is not the machine's usual MPI, and sweeps over its ranks.
set -eu
cd "$(dirname "$0")/.."
if ! command -v mpicc.mpich >/dev/null || ! command -v mpiexec.mpich >/dev/null; then
    echo "no MPICH"
    exit 77
fi
cmake -G Ninja -B build/mpich -DCMAKE_BUILD_TYPE=Release -DXH_WERROR=ON -DXH_TESTS=OFF -DMPI_C_COMPILER=mpicc.mpich
cmake --build build/mpich
build/mpich/bin/crosshebb --version | grep '^MPI *MPICH'
tests/cli/sweep_mpi.sh "$PWD/build/mpich/bin/crosshebb"
