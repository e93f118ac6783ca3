#!/usr/bin/env bash
# A .NET program that uses LinuxEvents: the package restored into an empty cache and run by JIT, the same published by
# NativeAOT, or the project referred to. usage: dotnet.sh package|nativeaot|project
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

cp "$here"/dotnet/* "$work"
cd "$work"
packages=$root/artifacts/packages
package=$(echo "$packages"/LinuxEvents.*.nupkg)
version=${package##*/LinuxEvents.}
export LinuxEventsVersion=${version%.nupkg} LinuxEventsProject=$root/managed/LinuxEvents/LinuxEvents.csproj
greeting="7 arrived; the child said hello and exited with 3"

use_package() { # TARGET-FRAMEWORK
  export NUGET_PACKAGES=$work/cache RestoreAdditionalProjectSources=$packages ConsumerFramework=$1
}

build() { # VERB ARGUMENTS...
  quiet dotnet "$@" --nologo -v quiet -warnaserror
}

case $1 in
  package)
    use_package net10.0
    build build package.csproj -o out
    cmp "$package" cache/linuxevents/*/linuxevents.*.nupkg
    expect "$greeting" dotnet exec out/package.dll
    ;;
  nativeaot)
    use_package net9.0
    build publish package.csproj -o static -p:PublishAot=true
    [ -z "$(find static -name '*.so*')" ] || fail "a shared library lies beside the program"
    expect "$greeting" static/package
    build publish package.csproj -o shared -p:PublishAot=true -p:LinuxEventsStaticLink=false
    [ -e shared/liblinuxevents.so ] || fail "LinuxEventsStaticLink=false left the shared library out"
    expect "$greeting" shared/package
    rm shared/liblinuxevents.so
    ! shared/package >/dev/null 2>&1 || fail "LinuxEventsStaticLink=false linked the archive in all the same"
    ;;
  project)
    build build project.csproj -c Release -o out
    expect "$greeting" dotnet exec out/project.dll
    ;;
esac
