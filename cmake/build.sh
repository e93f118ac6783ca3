#!/usr/bin/env bash
# Builds the native library and its tests, or only some targets, below artifacts/native/PRESET. Quiet, unless something fails.
# usage: cmake/build.sh PRESET [TARGET...]
set -euo pipefail

preset=$1
shift
cd "$(dirname "$0")/../native"
tree=../artifacts/native/$preset
mkdir -p "$tree"

# The lock is for builds that run beside each other. A configured tree configures itself again when a list of files changes.
exec 9>"$tree/lock"
flock 9
build() {
  [ "$tree/build.ninja" -nt CMakePresets.json ] || cmake --preset "$preset" || return
  cmake --build --preset "$preset" ${1:+--target "$@"}
}
build "$@" >"$tree/log" 2>&1 || { cat "$tree/log" >&2; exit 1; }
