#!/bin/sh
# Installs what is missing, builds the program, and runs the first experiment. Arguments go to `crosshebb run`.
set -eu
cd "$(dirname "$0")/.."

cmake/install-dependencies.sh
cmake --preset release -DXH_TESTS=OFF -DXH_WERROR=OFF >/dev/null
cmake --build --preset release >/dev/null

crosshebb=build/release/bin/crosshebb
"$crosshebb" run experiments/quickstart/experiment.yaml --out quickstart.h5 "$@"

cat <<END

the program     $PWD/$crosshebb
the experiment  $PWD/experiments/quickstart/experiment.yaml
the result      $PWD/quickstart.h5 (h5dump and h5py read it)
what next       $crosshebb --help
END
