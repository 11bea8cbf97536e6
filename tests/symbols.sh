#!/bin/sh
# symbols.sh LIBRARY...: every symbol that a library exports begins with xh_. A static or a shared library.
set -eu
bad=0
for library in "$@"; do
    case $library in
    *.a) symbols=$(nm --extern-only --defined-only --format=posix "$library") ;;
    *) symbols=$(nm --dynamic --extern-only --defined-only --format=posix "$library") ;;
    esac
    # Rows of more than one field are symbols, others name the archive's members; nm counts versions after an @.
    names=$(printf '%s\n' "$symbols" | awk 'NF > 1 { print $1 }')
    foreign=$(printf '%s\n' "$names" | grep -v '^xh_' || true)
    if [ -z "$names" ]; then
        echo "$library exports nothing"
        bad=1
    elif [ -n "$foreign" ]; then
        echo "$library exports names that do not begin with xh_:" "$foreign"
        bad=1
    fi
done
exit $bad
