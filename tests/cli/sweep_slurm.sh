#!/usr/bin/env bash
# sweep_slurm.sh PROGRAM: a sweep as an array on Slurm's own daemons, which it starts on this machine, then the job that collects
# the summary. Needs root.
. "$(dirname "$0")/common.sh"

leave_out() {
    echo "$*"
    exit 77
}
[ "$(id -u)" -eq 0 ] || leave_out "Slurm's daemons need root"
for tool in slurmctld slurmd munged sbatch; do
    command -v $tool >/dev/null || leave_out "no $tool"
done

cat >sweep.yaml <<END
sweep: array
base: tiny.yaml
axes: [{key: readout.rate, log: [1e-3, 1e-1, 3]}]
seeds: 2
END

# expect_runs FOLDER: all of them, with the bits of the sweep of one process.
expect_runs() {
    [ "$(cd "$1/points" && ls)" = "$(ls alone/points)" ] || fail "$1 has $(ls "$1/points")"
    for run in "$1"/points/*; do
        expect_same "alone/points/${run##*/}" "$run" /train /readout /ledger /layers /wear
    done
}

expect 0 "$program" sweep sweep.yaml --out alone --quiet

daemons=()
stop_daemons() {
    kill "${daemons[@]}" 2>/dev/null || true
    wait
    rm -rf "$work"
}
trap stop_daemons EXIT
chmod 755 "$work"
mkdir -m 755 slurm slurm/state slurm/spool slurm/munge
(umask 077 && head -c 128 /dev/urandom >slurm/munge/key)
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
cat >slurm/slurm.conf <<END
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmUser=root
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthInfo=socket=$work/slurm/munge/socket
CredType=cred/munge
StateSaveLocation=$work/slurm/state
SlurmdSpoolDir=$work/slurm/spool
SlurmctldPidFile=$work/slurm/slurmctld.pid
SlurmdPidFile=$work/slurm/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
echo 'CgroupPlugin=autodetect' >slurm/cgroup.conf
export SLURM_CONF=$work/slurm/slurm.conf
munged --foreground --force --key-file="$work/slurm/munge/key" --socket="$work/slurm/munge/socket" --pid-file="$work/slurm/munge/pid" \
    --log-file="$work/slurm/munge/log" --seed-file="$work/slurm/munge/seed" >slurm/munged.log 2>&1 &
daemons+=($!)
slurmctld -D >slurm/slurmctld.log 2>&1 &
daemons+=($!)
slurmd -D >slurm/slurmd.log 2>&1 &
daemons+=($!)
for _ in $(seq 100); do
    ! sinfo --noheader --format=%t 2>/dev/null | grep -q idle || break
    sleep 0.2
done
sinfo --noheader --format=%t 2>/dev/null | grep -q idle || leave_out "Slurm does not start here: $(tail -n 1 slurm/slurmd.log)"

expect 0 "$program" sweep sweep.yaml --out array --slurm array.sh --jobs 3
expect 0 ./array.sh --time=10
grep -q 'Submitted batch job' out || fail "$(cat out err)"
for _ in $(seq 600); do
    [ -n "$(squeue --noheader)" ] || break
    sleep 0.2
done
[ -e array/summary.h5 ] || fail "no summary: $(squeue) $(cat array/slurm-*.txt)"
expect_runs array
grep -q '^  complete *6' array/slurm-*.txt || fail "nothing was collected: $(cat array/slurm-*.txt)"
