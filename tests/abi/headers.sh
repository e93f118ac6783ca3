#!/bin/sh
# Compiles each public header alone, all of them together in both orders, and each one twice, as strictly as the compiler can.
# usage: headers.sh COMPILER LANGUAGE STANDARD
set -eu
compiler=$1 language=$2 standard=$3
include=$(cd "$(dirname "$0")/../../native/include" && pwd)
headers=$(cd "$include" && printf '%s\n' linuxevents.h linuxevents/*.h)

if ! echo "#include <stdint.h>" | "$compiler" -x "$language" -std="$standard" -fsyntax-only - 2>/dev/null; then
  echo "skipped: $compiler has no $standard here"
  exit 77
fi
compile() {
  for header; do
    echo "#include <$header>"
  done | "$compiler" -x "$language" -std="$standard" -pedantic-errors -Wall -Wextra -Werror -Wundef -I "$include" \
    -fsyntax-only - || { echo "as $standard: $*"; exit 1; }
}
for header in $headers; do
  compile "$header" "$header"
done
compile $headers
compile $(printf '%s\n' $headers | sort -r)
