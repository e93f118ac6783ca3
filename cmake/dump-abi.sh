#!/bin/sh
# Writes down the C ABI as the compiler and the linked library have it, one fact a line:
#   struct NAME SIZE / field STRUCT NAME OFFSET SIZE KIND / function NAME RESULT (PARAMETERS) / constant NAME KIND VALUE
# Everything is read from the public headers and the library; nothing is listed by hand.
# usage: dump-abi.sh COMPILER NM READELF INCLUDE_DIRECTORY LIBRARY OUTPUT
set -eu
export LC_ALL=C
compiler=$1 nm=$2 readelf=$3 include=$4 library=$5 output=$6
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every macro with a value is a constant, but for the one that is an attribute.
"$compiler" -I "$include" -dM -E -include linuxevents.h -x c /dev/null > "$work/macros"
awk '/^#define LXE_[A-Z0-9_]+\(/ { print "function-like macro " $2 > "/dev/stderr"; exit 1 }
     /^#define LXE_/ && NF > 2 && $3 !~ /^__attribute__/ { print "CONSTANT(" $2 ")" }' "$work/macros" > "$work/constants.inc"

"$nm" -D --defined-only "$library" > "$work/symbols"
sed -n 's/^[0-9a-f]* T \([a-z0-9_]*\).*/FUNCTION(\1)/p' "$work/symbols" > "$work/functions.inc"

"$compiler" -std=gnu11 -g -fno-eliminate-unused-debug-types -I "$include" -I "$work" -o "$work/abi" "$here/abi.c"
"$readelf" --debug-dump=info "$work/abi" > "$work/debug"
awk -f "$here/dump-abi.awk" "$work/debug" > "$work/facts"
"$work/abi" >> "$work/facts"
sort "$work/facts" > "$output"
