#!/usr/bin/env bash
# What a .NET program says when the C library beside it is missing, of another version, or something else altogether.
# usage: library.sh missing|version|other
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

cp -r "$root/artifacts/bin/LinuxEvents.Watchdog/release" "$work/program"
cd "$work/program"
rm liblinuxevents.so*
case $1 in
  missing) wanted="liblinuxevents.so for linux-x64 was not found" ;;
  version)
    echo 'int lxe_version_get(void) { return 7 << 16 | 2 << 8; }' | cc -shared -fPIC -o liblinuxevents.so -xc -
    wanted="liblinuxevents.so has version 7.2; this LinuxEvents needs 1.0 or a later 1.x"
    ;;
  other)
    echo 'int nothing;' | cc -shared -fPIC -o liblinuxevents.so -xc -
    wanted="The liblinuxevents.so that was loaded is not the one of LinuxEvents"
    ;;
esac
! said=$(timeout 60 dotnet exec watchdog.dll run -- true 2>&1) || fail "the program worked without its library"
[[ $said == *"$wanted"* && $said != *TypeInitializationException* ]] || fail "it said '$said', not '$wanted'"
