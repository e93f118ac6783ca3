#!/usr/bin/env bash
# The watchdog, installed as a .NET tool. usage: tool.sh
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

cd "$work"
quiet dotnet tool install LinuxEvents.Watchdog --tool-path tools --version "$version" --source "$packages"
said=$(timeout 60 tools/watchdog run --restart never -- sh -c 'echo hello; exit 3' 2>&1) || :
[[ $said == *hello* && $said == *3* ]] || fail "it said '$said'"
status=0
timeout 60 tools/watchdog init -- sh -c 'exit 3' || status=$?
[ $status -eq 3 ] || fail "watchdog init ended with $status, not as its command"
# It brings the C library for every processor that was packed.
for packed in "$root"/artifacts/native/packed/*/; do
  find tools -path "*/runtimes/$(basename "$packed")/native/liblinuxevents.so" | grep -q . || fail "no library for $(basename "$packed")"
done
