#!/bin/sh
# Builds the native library and its tests below artifacts/native/PRESET. Quiet, unless something fails.
# usage: cmake/build.sh PRESET
set -eu
preset=$1
cd "$(dirname "$0")/../native"
tree=../artifacts/native/$preset
mkdir -p "$tree"

# The lock is for builds that run beside each other. A configured tree configures itself again when a list of files changes.
exec 9>"$tree/lock"
flock 9
{ [ "$tree/build.ninja" -nt CMakePresets.json ] || cmake --preset "$preset"; } >"$tree/log" 2>&1 &&
  cmake --build --preset "$preset" >>"$tree/log" 2>&1 ||
  { cat "$tree/log" >&2; exit 1; }
