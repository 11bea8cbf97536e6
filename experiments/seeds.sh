# shellcheck shell=bash
# What experiments over several seeds share: the program, runs side by side, figures out of their JSON. To be sourced.
#
# Environment: CROSSHEBB, the program (default build/release/bin/crosshebb); JOBS, how many runs go side by side, one
# thread each (default 2).
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${CROSSHEBB:-$root/build/release/bin/crosshebb}
jobs=${JOBS:-2}
# shellcheck disable=SC2034 # for the awk programs of those who source it
statistics=$(cat "$root/experiments/statistics.awk")
running=0
if ! command -v "$program" >/dev/null; then
    echo "$0: no program $program: build it, or name it by CROSSHEBB" >&2
    exit 2
fi

# start COMMAND...: beside at most jobs - 1 others. Ends the script if one of them has failed.
start() {
    if [ "$running" -ge "$jobs" ]; then
        wait -n
        running=$((running - 1))
    fi
    "$@" &
    running=$((running + 1))
}

# Waits for all that was started. Ends the script if one has failed.
finish() {
    while [ "$running" -gt 0 ]; do
        wait -n
        running=$((running - 1))
    done
}

# number FILE KEY: the first number of that key.
number() {
    grep -o "\"$2\": *[-+0-9.eE]*" "$1" | head -n 1 | sed 's/.*: *//'
}
