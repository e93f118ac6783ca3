#!/usr/bin/env bash
# Builds the C library for every processor that has a compiler here, and lays it down for others to take:
#   artifacts/native/packed/RID                  what `cmake --install` makes, without debug information: for the NuGet packages
#   artifacts/linuxevents-VERSION-RID.tar.gz     the same, for C programs
# The files are linked so that glibc and musl can both load them. Prints what is left out. usage: cmake/pack.sh
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd -P)
artifacts=$root/artifacts
packed=$artifacts/native/packed
version=$(awk '/^#define LXE_VERSION_/ { v = v "." $3 } END { print substr(v, 2) }' "$root/native/include/linuxevents/version.h")
rm -rf "$packed" "$artifacts"/linuxevents-*.tar.gz

case $(uname -m) in
  x86_64) here=linux-x64 ;;
  aarch64) here=linux-arm64 ;;
  riscv64) here=linux-riscv64 ;;
  *) here=linux-arm ;;
esac

for rid in linux-x64 linux-arm64 linux-arm linux-riscv64; do
  preset=$rid
  [ $rid != $here ] || preset=release
  toolchain=$root/cmake/toolchains/$rid.cmake
  if [ $preset != release ] && ! command -v "$(sed -n 's/^set(CMAKE_C_COMPILER \(.*\))/\1/p' "$toolchain" 2>/dev/null)" >/dev/null; then
    echo "Left out: $rid, for which there is no compiler here" >&2
    continue
  fi
  "$root/cmake/build.sh" $preset shared static lxe-info checked
  tree=$artifacts/native/$preset
  cmake --install "$tree" --strip --prefix "$packed/$rid" >/dev/null
  "$(sed -n 's/^CMAKE_STRIP:.*=//p' "$tree/CMakeCache.txt")" --strip-unneeded --enable-deterministic-archives "$packed/$rid/lib/liblinuxevents.a"
  cp "$root/LICENSE" "$root/native/README.md" "$root/CHANGELOG.md" "$packed/$rid"
  mkdir "$packed/$rid/examples"
  cp "$root"/native/examples/*.c "$packed/$rid/examples"

  # The same bytes from the same sources, whoever packs them and when.
  name=linuxevents-$version-$rid
  tar -C "$packed" --sort=name --format=posix --pax-option=delete=atime,delete=ctime --owner=0 --group=0 --numeric-owner --mode=go=rX,u+rw \
    --mtime="@${SOURCE_DATE_EPOCH:-946684800}" --transform "s,^$rid,$name,S" -cf - "$rid" | gzip -9n >"$artifacts/$name.tar.gz"
done
