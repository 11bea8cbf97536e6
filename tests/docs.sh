#!/bin/sh
# docs.sh PROGRAM: the manual's pages are those that docs/generate.sh writes. Mend with: docs/generate.sh PROGRAM
set -eu
docs=$(cd "$(dirname "$0")/../docs" && pwd)
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
"$docs/generate.sh" "$1" "$fresh"
bad=0
for page in "$fresh"/*; do
    diff -r "$docs/$(basename "$page")" "$page" || bad=1
done
exit $bad
