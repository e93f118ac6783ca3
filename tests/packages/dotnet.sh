#!/usr/bin/env bash
# The .NET program of the README with LinuxEvents, from its package in an empty cache or by reference to its project, run by JIT
# or published by NativeAOT, with the C library beside it or linked in. usage: dotnet.sh package|project jit|nativeaot
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

cp "$here"/dotnet/* "$work"
cd "$work"
sample Program.cs >"$work/Program.cs"
program=$1
packages=$root/artifacts/packages
package=$(echo "$packages"/LinuxEvents.[0-9]*.nupkg)
version=${package##*/LinuxEvents.}
export LinuxEvents=$root/managed/LinuxEvents LinuxEventsVersion=${version%.nupkg}
export RestoreAdditionalProjectSources=$packages
[ "$program" != package ] || export NUGET_PACKAGES=$work/cache

build() { # VERB ARGUMENTS...
  quiet dotnet "$1" "$program.csproj" "${@:2}" -c Release --nologo -v quiet -warnaserror
}

runs() { # COMMAND...
  expect $'hello\nTrue\nexited with code 3' "$@"
}

case $2 in
  jit)
    export ConsumerFramework=net10.0
    build build -o out
    runs dotnet exec "out/$program.dll"
    ;;
  nativeaot)
    export ConsumerFramework=net9.0 ConsumerAot=true
    ConsumerStatic=true build publish -o static
    [ -z "$(find static -name '*.so*')" ] || fail "a shared library lies beside the program"
    runs "static/$program"

    LinuxEventsStaticLink=false build publish -o shared
    runs "shared/$program"
    rm shared/liblinuxevents.so
    ! { "shared/$program"; } >/dev/null 2>&1 || fail "the C library was linked in, though not asked for"
    ;;
esac

if [ "$program" = package ]; then
  cmp "$package" cache/linuxevents/*/linuxevents.*.nupkg
  ! grep -rl "$root" cache/linuxevents/*/[!.]* || fail "the packed files above name the place they were built in"
fi
