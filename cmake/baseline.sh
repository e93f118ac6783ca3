#!/bin/sh
# Compares a library that has debug information with the baseline of its ABI, native/abi/PROCESSOR.abi, or writes that anew.
# Exit 77 says "skipped", with the reason printed. usage: baseline.sh compare|write LIBRARY
set -eu
export LC_ALL=C
root=$(cd "$(dirname "$0")/.." && pwd)
library=$(realpath "$2")

if ! command -v abidiff >/dev/null || ! command -v abidw >/dev/null; then
  echo "skipped: abidiff is missing (Debian: abigail-tools)"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
abidw --headers-dir "$root/native/include" --drop-private-types --exported-interfaces-only --type-id-style hash \
  --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --out-file "$work/abi" "$library"
processor=$(sed -n "s/.* architecture='\(elf-\)*\(amd-\|arm-\)*\([a-z0-9_-]*\)'.*/\3/p" "$work/abi")
case $processor in unknown-arch-value-243 | riscv) processor=riscv64 ;; esac # not every abidw has a name for it
baseline=$root/native/abi/$processor.abi

if [ "$1" = write ]; then
  mv "$work/abi" "$baseline"
  exit
fi
if [ ! -f "$baseline" ]; then
  echo "skipped: there is no baseline for $processor yet"
  exit 77
fi
abidiff --no-architecture --no-added-syms "$baseline" "$work/abi" || {
  echo "This is not what native/abi/$processor.abi promises. Where it may change, write it anew: native/abi/README.md"
  exit 1
}
