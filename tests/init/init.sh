#!/usr/bin/env bash
# `watchdog init` beside tini and dumb-init, as built or published by NativeAOT: its size, how long it takes from start to end
# around a command that does nothing, and the table of compare.sh. usage: init.sh jit|nativeaot
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

case $1 in
  jit) watchdog=(dotnet exec "$root/artifacts/bin/LinuxEvents.Watchdog/release/watchdog.dll") ;;
  nativeaot)
    dotnet publish "$root/managed/LinuxEvents.Watchdog" -c Release -f net9.0 -p:TargetFrameworks=net9.0 -p:PublishAot=true \
      -p:ArtifactsPath="$work" -o "$work/published" --nologo -v quiet -warnaserror >"$work/log" 2>&1 </dev/null || { cat "$work/log"; exit 1; }
    watchdog=("$work/published/watchdog")
    ! ldd "${watchdog[0]}" | grep -q linuxevents || { echo "the C library is not linked in"; exit 1; }
    echo "size: watchdog $(stat -c %s "${watchdog[0]}") bytes"
    ;;
esac

took() { # NAME COMMAND...: the median of 21 runs
  local i from
  for ((i = 0; i < 21; i++)); do
    from=$EPOCHREALTIME
    "${@:2}" true 2>/dev/null
    echo $((${EPOCHREALTIME/./} - ${from/./}))
  done | sort -n | sed -n "11s/^/$1: /; 11s/\$/ µs/p"
}
took "watchdog ($1)" "${watchdog[@]}" init --
for other in tini dumb-init; do ! command -v "$other" >/dev/null || took "$other" "$other" --; done
"$here/compare.sh" "${watchdog[@]}"
