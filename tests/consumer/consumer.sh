#!/bin/sh
# consumer.sh static|shared DIR: builds and installs the library below DIR, then builds a program against what was
# installed, by CMake's find_package and by pkg-config, and runs it; and looks at what the library exports.
set -eu
kind=$1
dir=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
shared=OFF
library=libcrosshebb.a
if [ "$kind" = shared ]; then
    shared=ON
    library=libcrosshebb.so
fi

rm -rf "$dir/installed" "$dir/consumer"
cmake -S "$root" -B "$dir/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DBUILD_SHARED_LIBS=$shared -DXH_TESTS=OFF \
    -DCMAKE_INSTALL_PREFIX="$dir/installed" -DCMAKE_INSTALL_LIBDIR=lib
cmake --build "$dir/build"
cmake --install "$dir/build"
"$root/tests/symbols.sh" "$dir/installed/lib/$library"
"$dir/installed/bin/crosshebb" --version

# From elsewhere than where it was installed: nothing may depend on the place.
moved=$dir/moved
rm -rf "$moved"
mv "$dir/installed" "$moved"
"$moved/bin/crosshebb" list devices
export LD_LIBRARY_PATH="$moved/lib"

cmake -S "$here" -B "$dir/consumer" -G Ninja -DCMAKE_PREFIX_PATH="$moved"
cmake --build "$dir/consumer"
"$dir/consumer/consumer"

export PKG_CONFIG_PATH="$moved/lib/pkgconfig"
# shellcheck disable=SC2046 # flags are words
cc -std=c11 "$here/consumer.c" -o "$dir/consumer/by-pkg-config" $(pkg-config --cflags --libs crosshebb)
"$dir/consumer/by-pkg-config"
