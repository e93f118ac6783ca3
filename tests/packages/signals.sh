#!/usr/bin/env bash
# A NativeAOT program of the package that has its signals blocked before anything else runs, by its project file: they come by signalfd.
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
need_plain_cache

export LinuxEventsVersion=$version ConsumerFramework=net9.0 ConsumerAot=true
cp "$here/signals/Program.cs" "$work"
cd "$work"

project() { # SIGNALS: a project that asks for them
  sed "s|</PropertyGroup>|<LinuxEventsBlockSignals>$1</LinuxEventsBlockSignals>&|" "$here/dotnet/package.csproj" >package.csproj
}

project 'SIGTERM;SIGHUP; SIGRTMIN+1'
quiet dotnet publish package.csproj -c Release -o out --nologo -v quiet -warnaserror
expect $'SignalFd SIGTERM\n0 1 2\nrefused SIGUSR1' out/package

project 'SIGTERM;SIGSEGV'
! said=$(dotnet publish package.csproj -c Release -o out --nologo -v quiet 2>&1) || fail "a fault's signal was not refused"
[[ $said == *SIGSEGV*undeclared* ]] || fail "it said '$said'"
