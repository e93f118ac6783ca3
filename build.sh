#!/usr/bin/env bash
# The only door to this repository: `./build.sh help` lists what it does.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd -P)
artifacts=$root/artifacts
# For the .NET command line, not for the programs that `run` starts.
settings=(DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
  DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 MSBUILDDISABLENODEREUSE=1)
# An account without a home can build, too.
[ -w "${HOME:-/nonexistent}" ] || { export HOME=$artifacts/home && mkdir -p "$HOME"; }

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

verb_help() {
  cat <<'EOF'
usage: ./build.sh VERB [ARGUMENTS]

  build                  build everything: native library, managed projects, tests
  run [-- CMD ARGS...]   supervise CMD by the watchdog (run --help: its options); without arguments, show its demo
  test                   run every test; the last line is the sum
  matrix [ROW...]        run the tests on older kernels, in sandboxes, with each feature off, under musl, for other
                         processors, with sanitizers and in valgrind, break each rule of the ABI once, and print one
                         table; or just the rows of these names (patterns: 'managed*')
  fuzz                   feed the library with what nobody would write, for a minute (needs clang)
  soak [ROUNDS]          run the selector's stress tests long, each for 1,000,000 rounds or two minutes, and count what they leave
  bench [NAME...]        measure beside C and beside other libraries, in turns (bench --help: its options;
                         bench micro: single operations, by BenchmarkDotNet)
  pack                   make the NuGet packages in artifacts/packages and the archives artifacts/linuxevents-*.tar.gz for C,
                         for every processor
  bindings               generate the C# side of the C headers again (needs ClangSharpPInvokeGenerator)
  install --prefix DIR   install headers, libraries, manual page, pkg-config file and CMake package below DIR
  clean                  remove everything that was built
  help                   show this text
EOF
}

# --- what a build needs ---------------------------------------------------------------------------

# quietly COMMAND...: what the command prints is shown only when it fails. Ctrl-C ends this script as it ends any: what the command says then,
# that it failed, is not news.
quietly() (
  mkdir -p "$artifacts"
  log=$(mktemp -p "$artifacts" log.XXXXXX)
  trap 'rm -f "$log"' EXIT
  interrupted=
  trap 'interrupted=1' INT
  "$@" >"$log" 2>&1 </dev/null || {
    [ -z "$interrupted" ] || { rm -f "$log" && trap - INT && kill -INT "$BASHPID"; }
    cat "$log" >&2
    fail "failed: $*"
  }
)

install_packages() {
  local command="apt-get update && apt-get install -y --no-install-recommends $*"
  command -v apt-get >/dev/null || fail "missing here, by their Debian names: $*"
  [ "$(id -u)" = 0 ] || fail "something is missing; install it with: sudo sh -c '$command'"
  echo "Installing $*"
  DEBIAN_FRONTEND=noninteractive quietly sh -c "$command"
}

require_native() {
  local packages=()
  command -v cmake >/dev/null || packages+=(cmake)
  command -v ninja >/dev/null || packages+=(ninja-build)
  command -v cc >/dev/null || packages+=(gcc)
  command -v readelf >/dev/null || packages+=(binutils)
  command -v pkg-config >/dev/null || packages+=(pkg-config)
  echo "#include <stdio.h>" | cc -E - >/dev/null 2>&1 || packages+=(libc6-dev)
  [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
}

# What only tests need, which are skipped without it. Nobody is asked for a password.
want_for_tests() {
  local packages=()
  command -v abidiff >/dev/null || packages+=(abigail-tools)
  command -v c++ >/dev/null || packages+=(g++)
  command -v tini >/dev/null || packages+=(tini)
  command -v dumb-init >/dev/null || packages+=(dumb-init)
  [ ${#packages[@]} -eq 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || install_packages "${packages[@]}"
}

# The compilers for other processors. Without one of them the packages are made without that processor, and pack says so.
want_for_pack() {
  local packages=() compiler package
  while read -r compiler package; do
    command -v "$compiler" >/dev/null || [ "$compiler" = "$(uname -m)-linux-gnu-gcc" ] || packages+=($package)
  done <<<"aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
arm-linux-gnueabihf-gcc gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
riscv64-linux-gnu-gcc gcc-riscv64-linux-gnu libc6-dev-riscv64-cross"
  [ ${#packages[@]} -eq 0 ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || install_packages "${packages[@]}"
}

# The libraries to compare with. Nobody has to have them.
want_for_bench() {
  local packages=() header package
  while read -r header package; do
    echo "#include <$header>" | cc -E - >/dev/null 2>&1 || packages+=("$package")
  done <<<"ev.h libev-dev
event2/event.h libevent-dev
uv.h libuv1-dev
systemd/sd-event.h libsystemd-dev"
  command -v go >/dev/null || echo "Not compared with, because it is not installed: golang-go (some 300 MB)"
  [ ${#packages[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    install_packages "${packages[@]}"
    # A configured tree does not look again for what it did not find.
    rm -f "$artifacts/native/release/CMakeCache.txt" "$artifacts/native/release/build.ninja"
  else
    echo "Not compared with, because they are not installed: ${packages[*]}"
  fi
}

require_emulators() {
  local packages=()
  command -v qemu-system-x86_64 >/dev/null || packages+=(qemu-system-x86)
  command -v qemu-system-aarch64 >/dev/null || packages+=(qemu-system-arm)
  command -v qemu-aarch64 >/dev/null || packages+=(qemu-user)
  command -v cpio >/dev/null || packages+=(cpio)
  command -v aarch64-linux-gnu-gcc >/dev/null || packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
  command -v arm-linux-gnueabihf-gcc >/dev/null || packages+=(gcc-arm-linux-gnueabihf libc6-dev-armhf-cross)
  command -v riscv64-linux-gnu-gcc >/dev/null || packages+=(gcc-riscv64-linux-gnu libc6-dev-riscv64-cross)
  command -v musl-gcc >/dev/null || packages+=(musl-tools)
  command -v valgrind >/dev/null || packages+=(valgrind)
  [ ${#packages[@]} -eq 0 ] || install_packages "${packages[@]}"
}

has_sdk() {
  command -v dotnet >/dev/null && dotnet --list-sdks | awk -F. '$1 >= 10 { found = 1 } END { exit !found }'
}

require_sdk() {
  has_sdk && return
  if command -v apt-get >/dev/null; then
    [ "$(id -u)" != 0 ] || quietly apt-get update
    ! apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1 || { install_packages dotnet-sdk-10.0; return; }
  fi
  fail "no .NET SDK 10 here, and the package manager has none. Get it by Microsoft's script:
  wget https://dot.net/v1/dotnet-install.sh && bash dotnet-install.sh --channel 10.0 && export PATH=\"\$HOME/.dotnet:\$PATH\"
or as https://learn.microsoft.com/dotnet/core/install/linux says."
}

# --- verbs ----------------------------------------------------------------------------------------

managed() ( # VERB PROJECT [ARGUMENTS]
  require_native
  require_sdk
  export "${settings[@]}"
  quietly dotnet "$1" "$root/$2" --nologo -c Release -v quiet "-clp:ErrorsOnly;NoSummary" "${@:3}"
)

verb_build() {
  [ -d "$artifacts/bin" ] || echo "Building everything; the first time takes some minutes."
  managed build Interop.sln
  echo "Built the C library (artifacts/native/release) and the watchdog (artifacts/bin/LinuxEvents.Watchdog/release/watchdog)."
}

verb_run() {
  managed build managed/LinuxEvents.Watchdog
  local watchdog=$artifacts/bin/LinuxEvents.Watchdog/release/watchdog.dll
  if [ $# -gt 0 ]; then
    exec dotnet exec "$watchdog" run "$@"
  fi
  exec dotnet exec "$watchdog" up --duration 10s "$root/managed/LinuxEvents.Watchdog/demo.json"
}

verb_test() {
  want_for_tests
  verb_build
  verb_pack >/dev/null
  env "${settings[@]}" "$root/tests/run.sh" "$artifacts"
}

verb_matrix() {
  require_emulators
  verb_build
  local pattern
  for pattern in "${@:-*}"; do
    # shellcheck disable=SC2053
    if [[ packages = $pattern ]]; then
      verb_pack >/dev/null
      break
    fi
  done
  env "${settings[@]}" "$root/tests/matrix/matrix.sh" "$artifacts" "$@"
}

verb_fuzz() {
  require_native
  "$root/tests/fuzz/fuzz.sh" "$artifacts"
}

verb_soak() {
  managed build tests/LinuxEvents.Tests
  export LINUXEVENTS_SOAK_ROUNDS=${1:-1000000}
  exec dotnet exec "$artifacts/bin/LinuxEvents.Tests/release/LinuxEvents.Tests.dll" -noLogo -noColor -longRunning 300 -trait kind=stress
}

verb_bench() {
  want_for_bench
  managed build tests/benchmarks/LinuxEvents.Benchmarks
  local options=()
  [ "${1:-}" = micro ] || options=(--native "$artifacts/native/release/benchmarks")
  exec dotnet exec "$artifacts/bin/LinuxEvents.Benchmarks/release/LinuxEvents.Benchmarks.dll" "$@" "${options[@]}"
}

verb_pack() {
  local packages=$artifacts/packages version framework tool=$artifacts/tool
  require_native
  want_for_pack
  # What is packed is dated as its commit is.
  SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 946684800)
  export SOURCE_DATE_EPOCH
  rm -rf "$packages" "$tool"/packages/linuxevents*
  "$root/cmake/pack.sh"
  # For the processor that most have also compiled ahead: loading the library and making a selector takes less than half of the time then.
  rm -rf "$artifacts/ahead/publish"
  for framework in net8.0 net10.0; do
    managed publish managed/LinuxEvents -f $framework -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -p:ArtifactsPath="$artifacts/ahead" \
      -p:RunAnalyzers=false
  done
  managed pack managed/LinuxEvents -o "$packages"
  managed pack managed/LinuxEvents.Extensions.Hosting -o "$packages"
  version=$(basename "$packages"/LinuxEvents.[0-9]*.nupkg .nupkg)
  version=${version#LinuxEvents.}
  # The tool is made of the package: that brings the libraries of all processors.
  managed build managed/Packed.csproj -t:Restore -p:PackedFolder="$packages" -p:PackedVersion="$version" -p:ArtifactsPath="$tool" \
    -p:RestorePackagesPath="$tool/packages" -p:RestoreForce=true
  managed pack managed/LinuxEvents.Watchdog -o "$packages" -p:LinuxEventsPackage="$version" -p:ArtifactsPath="$tool" \
    -p:RestorePackagesPath="$tool/packages" -p:RestoreForce=true -p:RunAnalyzers=false
  echo "dotnet nuget add source $(printf %q "$packages") --name LinuxEvents    # once; then, anywhere:"
  echo "dotnet add package LinuxEvents"
  echo "dotnet tool install --global LinuxEvents.Watchdog"
  printf 'tar -xf %q\n' "$artifacts"/linuxevents-"$version"-*.tar.gz
}

verb_bindings() {
  "$root/managed/generation/generate.sh"
}

verb_install() {
  require_native
  "$root/cmake/build.sh" release
  cmake --install "$artifacts/native/release" --prefix "$1" >/dev/null
  local prefix
  prefix=$(printf %q "$1")
  echo "Installed below $1. To build with it, to run what loads the shared library, and to read the manual page:"
  echo "  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib    # CMake: -D CMAKE_PREFIX_PATH=$prefix"
  echo "  man -M $prefix/share/man linuxevents"
}

verb_clean() {
  rm -rf "$artifacts"
}

# --- the command line -----------------------------------------------------------------------------

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
  build | test | fuzz | pack | bindings | clean)
    [ $# -eq 0 ] || fail "'$verb' takes no arguments, but got '$1'"
    ;;
  soak)
    [[ $# -le 1 && ${1:-1} =~ ^[1-9][0-9]{0,8}$ ]] || fail "'soak' takes one number of rounds at most"
    ;;
  run | bench | matrix) ;; # the program itself says what is wrong
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
