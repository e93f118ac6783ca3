#!/usr/bin/env bash
# The only door to this repository: `./build.sh help` lists what it does.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
artifacts=$root/artifacts
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 MSBUILDDISABLENODEREUSE=1

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

verb_help() {
  cat <<'EOF'
usage: ./build.sh VERB [ARGUMENTS]

  build                  build everything: native library, managed projects, tests
  run [-- CMD ARGS...]   supervise CMD by the watchdog; without arguments, show its demo
  test                   run every test; the last line is the sum
  pack                   make the NuGet package in artifacts/packages
  bindings               generate the C# side of the C headers again (needs ClangSharpPInvokeGenerator)
  install --prefix DIR   install headers, libraries, pkg-config file and CMake package below DIR
  clean                  remove everything that was built
  help                   show this text
EOF
}

# --- what a build needs ---------------------------------------------------------------------------

# Each line: how to see that it is there, and the Debian package that brings it.
missing_packages() {
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || echo ninja-build
  command -v cc >/dev/null || echo gcc
  command -v readelf >/dev/null || echo binutils
  command -v pkg-config >/dev/null || echo pkg-config
  [ -e /usr/include/stdio.h ] || echo libc6-dev
  has_sdk || ! apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1 || echo dotnet-sdk-10.0
}

has_sdk() {
  command -v dotnet >/dev/null && dotnet --list-sdks | awk -F. '$1 >= 10 { found = 1 } END { exit !found }'
}

require_tools() {
  local packages
  packages=$(missing_packages | tr '\n' ' ')
  if [ -n "$packages" ]; then
    local command="apt-get update && apt-get install -y --no-install-recommends ${packages% }"
    command -v apt-get >/dev/null || fail "missing here, by their Debian names: $packages"
    [ "$(id -u)" = 0 ] || fail "something is missing; install it with: sudo sh -c '$command'"
    echo "Installing ${packages% }"
    local log
    log=$(mktemp)
    DEBIAN_FRONTEND=noninteractive sh -c "$command" >"$log" 2>&1 </dev/null || { cat "$log" >&2; fail "failed: $command"; }
    rm -f "$log"
  fi
  has_sdk || fail "no .NET SDK 10 here, and the package manager has none. Get it with Microsoft's script:
  wget https://dot.net/v1/dotnet-install.sh && bash dotnet-install.sh --channel 10.0 && export PATH=\"\$HOME/.dotnet:\$PATH\"
or see https://learn.microsoft.com/dotnet/core/install/linux"
}

# --- verbs ----------------------------------------------------------------------------------------

managed() { # VERB PROJECT [ARGUMENTS]
  local log=$artifacts/$1.log
  mkdir -p "$artifacts"
  dotnet "$1" "$root/$2" --nologo -c Release -v quiet "${@:3}" >"$log" 2>&1 </dev/null || { cat "$log" >&2; fail "dotnet $1 $2 failed"; }
}

verb_build() {
  require_tools
  managed build Interop.sln
}

verb_run() {
  managed build managed/LinuxEvents.Watchdog
  local watchdog=$artifacts/bin/LinuxEvents.Watchdog/release/watchdog.dll
  if [ $# -gt 0 ]; then
    exec dotnet exec "$watchdog" run -- "$@"
  fi
  exec dotnet exec "$watchdog" up "$root/managed/LinuxEvents.Watchdog/demo.json"
}

verb_test() {
  verb_build
  verb_pack >/dev/null
  "$root/tests/run.sh" "$artifacts"
}

verb_pack() {
  require_tools
  managed pack managed/LinuxEvents -o "$artifacts/packages"
  echo "$artifacts"/packages/*.nupkg
}

verb_bindings() {
  "$root/managed/generation/generate.sh"
}

verb_install() {
  require_tools
  "$root/cmake/build.sh" release
  cmake --install "$artifacts/native/release" --prefix "$1" >/dev/null
  echo "Installed below $1"
}

verb_clean() {
  rm -rf "$artifacts"
}

# --- the command line -----------------------------------------------------------------------------

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
  build | test | pack | bindings | clean)
    [ $# -eq 0 ] || fail "'$verb' takes no arguments, but got '$1'"
    ;;
  run)
    if [ $# -gt 0 ]; then
      [ "$1" = -- ] || fail "'run' takes a command after '--', but got '$1'"
      shift
      [ $# -gt 0 ] || fail "'run --' needs a command"
    fi
    ;;
  install)
    case ${1:-} in
      --prefix) [ $# -eq 2 ] || fail "'--prefix' needs one directory" && set -- "$2" ;;
      --prefix=*) [ $# -eq 1 ] || fail "'install' got an unknown argument '$2'" && set -- "${1#--prefix=}" ;;
      '') fail "'install' needs --prefix DIR" ;;
      *) fail "'install' got an unknown argument '$1'" ;;
    esac
    [ -n "$1" ] || fail "'--prefix' needs a directory"
    set -- "$(realpath -m -- "$1")"
    ;;
  help | -h | --help) verb=help ;;
  *) fail "unknown verb '$verb' (./build.sh help lists them)" ;;
esac
"verb_$verb" "$@"
