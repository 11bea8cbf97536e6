#!/bin/sh
# Installs what is missing, builds the program, runs the first experiment and reports it. Arguments go to `crosshebb run`.
set -eu
cd "$(dirname "$0")/.."

cmake/install-dependencies.sh
cmake --preset release -DXH_TESTS=OFF -DXH_WERROR=OFF >/dev/null
cmake --build --preset release >/dev/null

crosshebb=build/release/bin/crosshebb
"$crosshebb" run experiments/quickstart/experiment.yaml --out quickstart.h5 "$@"
"$crosshebb" report quickstart.h5 >/dev/null

cat <<END

the program     $PWD/$crosshebb
the experiment  $PWD/experiments/quickstart/experiment.yaml
the result      $PWD/quickstart.h5 (h5dump and h5py read it)
the report      $PWD/quickstart.html (any browser)
what next       $crosshebb --help
END
