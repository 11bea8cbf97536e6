#!/bin/sh
# current.sh PROGRAM: the pages in this folder are those that generate.sh writes. Mend with: docs/generate.sh PROGRAM
set -eu
here=$(cd "$(dirname "$0")" && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$here/generate.sh" "$1" "$fresh"
bad=0
for page in "$fresh"/*; do
    diff -r "$here/$(basename "$page")" "$page" || bad=1
done
exit $bad
