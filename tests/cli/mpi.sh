# shellcheck shell=bash
# What tests under mpirun share; to be sourced after common.sh. They are left out where there is no MPI.

# The mpirun of the library that the program was built with, where more ranks than cores and root are allowed.
# shellcheck disable=SC2154 # common.sh sets it
case $("$program" --version | grep '^MPI') in
*'Open MPI'*)
    mpirun=$(command -v mpirun.openmpi || command -v mpirun) || true
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
    ;;
*MPICH*) mpirun=$(command -v mpiexec.mpich || command -v mpiexec) || true ;;
*) mpirun= ;;
esac
[ -n "$mpirun" ] || {
    echo "no MPI"
    exit 77
}
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0" # MPI leaves some memory behind
