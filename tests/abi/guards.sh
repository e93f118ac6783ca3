#!/usr/bin/env bash
# Breaks each rule of the ABI once, in a copy, and looks that a build or a test of it fails and says so. usage: guards.sh
set -uo pipefail
export LC_ALL=C
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{managed/LinuxEvents/Interop,kept}
cp -r "$root"/{native,cmake,tests} "$work"
cp -r "$root/managed/LinuxEvents/Interop/Generated" "$work/managed/LinuxEvents/Interop"
cd "$work" || exit
tree=artifacts/native/release
broken=0 held=0

library() { ninja -C $tree -k 0 shared check abi; }
layouts() { ninja -C $tree abi-layout; }
baseline() { ninja -C $tree shared && cmake/baseline.sh compare $tree/liblinuxevents.so; }
headers() { tests/abi/headers.sh cc "$@"; }
documented() { tests/abi/documentation.sh; }

# guard MESSAGE FILE SED_EXPRESSION COMMAND...: the changed file must make the command fail with the message
guard() {
  local message=$1 file=$2 log
  cp -p "$file" kept/file
  sed -i "$3" "$file"
  if cmp -s "$file" kept/file; then
    echo "failed: '$3' changes nothing in $file"
    broken=$((broken + 1))
  elif log=$("${@:4}" 2>&1 </dev/null) || ! grep -qF -- "$message" <<<"$log"; then
    printf 'failed: nothing says "%s" after %s in %s:\n%s\n' "$message" "$3" "$file" "$(tail -n 20 <<<"$log")"
    broken=$((broken + 1))
  else
    echo "ok $message"
    held=$((held + 1))
  fi
  cp kept/file "$file" # with a new time
}

(cd native && cmake --preset release -D BUILD_TESTING=ON) >kept/log 2>&1 && { library && layouts; } >>kept/log 2>&1 ||
  { cat kept/log; exit 1; }

# The four parties that name the functions; and what else headers may not hold.
version=native/include/linuxevents/version.h source=native/src/version.c lists=native/CMakeLists.txt
guard 'lxe_version_of is missing in the version script' $version 's/^LXE_API.*/&\nLXE_API int32_t lxe_version_of(int32_t part);/' library
guard 'lxe_version_get is missing in the version script' native/linuxevents.map '/lxe_version_get;/d' library
guard 'lxe_version_get is missing in the library' $source 's/lxe_version_get/lxe__version_get/' library
guard 'lxe_version_get is missing in the C# bindings' managed/LinuxEvents/Interop/Generated/NativeMethods.cs '/ lxe_version_get(/d' library
guard 'function-like macro' $version 's/^LXE_API/#define LXE_TWICE(x) ((x) + (x))\n&/' library
guard 'as c99' $version 's/^LXE_API/struct lxe_part { union { int32_t one, other; }; };\n&/' headers c c99
guard 'as c++17' $version 's/_get(void)/_get(int32_t this)/' headers c++ c++17

guard 'does not describe @part' $version 's/_get(void)/_get(int32_t part)/' documented
guard 'has no comment that begins with its name' $version 's/^LXE_API.*/&\n\nLXE_API int32_t lxe_version_of(void);/' documented

# Types and layouts.
feature=native/include/linuxevents/feature.h
swap='s/[*]name;/*substitute;/; t; s/[*]substitute;/*name;/'
guard 'lxe_feature_info.substitute' $feature "$swap" layouts
guard 'the size of struct lxe_inotify_event' native/include/linuxevents/inotify.h 's/uint32_t mask;/& uint32_t more;/' layouts
if command -v abidiff >/dev/null && command -v abidw >/dev/null; then
  guard 'This is not what native/abi/' $feature "$swap" baseline
  guard 'Removed function' native/linuxevents.map '/lxe_version_get;/d' baseline
else
  echo "  skipped: the baseline, abidiff is missing (Debian: abigail-tools)"
fi

# What is linked.
guard 'needs getppid, which is not on the allow-list' $source 's/return /return getppid() | /' library
guard 'needs clock_gettime of glibc 2.17; the floor is 2.16' cmake/check.cmake 's/set(floor 2.17)/set(floor 2.16)/' library
guard 'needs the library libm.so.6' $lists 's/,--as-needed/,--no-as-needed/; s/-nostartfiles LINKER:/-nostartfiles -lm LINKER:/' library
guard 'has a dynamic entry INIT_ARRAY' $source 's/^int32_t.*/__attribute__((constructor)) static void start(void) { __asm__(""); }\n&/' library
guard 'has thread-local storage' $source 's/^int32_t.*/static _Thread_local volatile int32_t own;\n&/; s/return /return own | /' library
guard 'has a dynamic entry TEXTREL' $source 's/^int32_t.*/__asm__(".text\\n.quad lxe_version_get");\n&/' library
guard 'exports lxe_version_get, which is not a function' $source 's/^int32_t.*/LXE_API extern int32_t lxe_version_get; int32_t lxe_version_get;/; s/^#include.*/#include <stdint.h>\n#define LXE_API __attribute__((visibility("default")))/; /^[{}]\|return/d' library
guard 'has the global symbol stray in the archive' $source 's/^int32_t.*/int stray;\n&/' library
guard 'has no build id' $lists 's/--build-id=sha1/--build-id=none/' library
guard 'lacks relro' $lists 's/-z,relro/-z,norelro/' library
guard 'lacks -z now or -z nodelete' $lists 's/-z,nodelete,//' library
guard 'has an executable stack' $lists 's/-z,noexecstack/-z,execstack/' library

echo "$held rules are held, $broken are not"
[ $broken -eq 0 ]
