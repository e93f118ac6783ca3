#!/bin/sh
# Compiles every source file as with the headers of Linux 3.10, where no later name exists, and compares the machine code
# with that of an ordinary build: the same library comes out, whatever headers it is built with.
# Hidden are all system calls behind finit_module, the last one that 3.10 has, and the constants in newer-names.txt.
# usage: old-headers.sh COMPILER OBJCOPY
set -eu
export LC_ALL=C
compiler=$1 objcopy=$2
here=$(cd "$(dirname "$0")" && pwd)
native=$here/../../native
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The system's headers come first, all of them; then their newer names go. A name that is no macro but of an enumeration
# becomes one that nothing declares.
grep -hoE '^#include <[a-z_/]+\.h>' "$native"/src/*.[ch] | grep -v '<linuxevents' | sort -u >"$work/hidden.h"
"$compiler" -D_GNU_SOURCE -E -dM "$work/hidden.h" >"$work/macros"
sed -n 's/[()]//g; s/^#define __NR_\([a-z0-9_]*\) \(__NR_SYSCALL_BASE *+ *\)*\([0-9][0-9]*\)$/\3 \1/p' "$work/macros" |
  sort -n | sed '1,/ finit_module$/d; s/.* //' >"$work/calls"
sed 's/.*/#undef __NR_&\n#undef SYS_&/' "$work/calls" >>"$work/hidden.h"
while read -r name; do
  if grep -q "^#define $name " "$work/macros"; then echo "#undef $name"; else echo "#define $name not_in_old_headers"; fi
done <"$here/newer-names.txt" >>"$work/hidden.h"
grep -qx pidfd_open "$work/calls" || { echo "skipped: these headers are old themselves"; exit 77; }

status=0
for source in "$native"/src/*.c; do
  name=$(basename "$source" .c)
  for way in plain hidden; do
    include=
    [ $way = plain ] || include="-include $work/hidden.h"
    "$compiler" $include -std=c11 -D_GNU_SOURCE -I "$native/include" -O2 -fPIC -fvisibility=hidden -Wall -Wextra -Werror \
      -c "$source" -o "$work/$name.$way.o" || exit 1
    "$objcopy" --remove-section=.comment "$work/$name.$way.o"
  done
  cmp "$work/$name.plain.o" "$work/$name.hidden.o" || status=1
done
echo "hidden: $(wc -l <"$work/calls") system calls, $(wc -l <"$here/newer-names.txt") constants; compared: $(ls "$work"/*.hidden.o | wc -l) objects"
exit $status
