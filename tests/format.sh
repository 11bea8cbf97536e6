#!/bin/sh
# Every C file is as clang-format lays it out by the tree's .clang-format. Mend with: tests/format.sh -i
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = -i ]; then
    set -- -i
else
    set -- --dry-run -Werror
fi
git ls-files -z --cached --others --exclude-standard '*.c' '*.h' | xargs -0 clang-format "$@"
