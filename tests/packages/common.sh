# shellcheck shell=bash disable=SC2034
# Sourced by the tests of this folder: a folder outside the repository that goes away at the end, and what they share.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
packages=$root/artifacts/packages
package=$(echo "$packages"/LinuxEvents.[0-9]*.nupkg)
version=${package##*/LinuxEvents.} version=${version%.nupkg}
rid=linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/; s/^arm.*l$/arm/')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# expect TEXT COMMAND...: the command succeeds and prints just that text.
expect() {
  local wanted=$1 got
  shift
  got=$(timeout 60 "$@") || fail "$* ended with $?; it printed: $got"
  [ "$got" = "$wanted" ] || fail "$* printed '$got', not '$wanted'"
}

# quiet COMMAND...: what the command prints is shown only when it fails.
quiet() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "failed: $*"; }
}

# sample NAME [FILE]: the program that the README, or another file, shows under this name.
sample() {
  awk -v mark="<!-- sample: $1 -->" '$0 == mark { found = 1; next } found && /^```$/ { exit } found && !/^```/' "${2:-$root/README.md}"
}

# For NativeAOT: its own targets hand the linker what is in NuGet's cache without quotes.
need_plain_cache() {
  [[ ${NUGET_PACKAGES-} != *" "* ]] || { echo "skipped: NativeAOT does not link with NuGet's cache in a folder whose name has a space: $NUGET_PACKAGES"; exit 77; }
}
