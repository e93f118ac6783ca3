#!/usr/bin/env bash
# Runs every suite of a finished build, prints what failed and why something was skipped, and ends with the sum.
# Each suite leaves a JUnit file; the sum is made of those alone. usage: tests/run.sh ARTIFACTS
set -uo pipefail

artifacts=$1
results=$artifacts/results
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 skipped=0

suite() { # NAME COMMAND...: runs a command that writes $results/NAME.xml
  local name=$1 status=0 p=0 f=0 s=0 lines=
  shift
  # What started this in the background may have the signals of its terminal ignored, which tests send.
  timeout --kill-after=10 900 env --default-signal=HUP,INT,QUIT "$@" >"$results/$name.log" 2>&1 </dev/null || status=$?
  [ ! -s "$results/$name.xml" ] || { read -r p f s; lines=$(cat); } < <(awk -f "$(dirname "$0")/junit.awk" "$results/$name.xml")
  if [ "$f" -gt 0 ]; then
    cat "$results/$name.log"
  elif [ "$status" -ne 0 ] || [ $((p + s)) -eq 0 ]; then
    f=1
    cat "$results/$name.log"
    lines+=$'\n'"  failed: $name itself: it ended with status $status and reported $p passed"
  fi
  echo "$name: $p passed, $f failed, $s skipped"
  [ -z "$lines" ] || echo "${lines#$'\n'}"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

suite native ctest --test-dir "$artifacts/native/release" --no-tests=error --output-on-failure \
  --test-output-size-passed 1000000 --output-junit "$results/native.xml"
for project in LinuxEvents LinuxEvents.Watchdog LinuxEvents.Extensions.Hosting; do
  suite "$project" dotnet exec "$artifacts/bin/$project.Tests/release/$project.Tests.dll" \
    -noLogo -noColor -longRunning 60 -jUnit "$results/$project.xml"
done
# As on an old kernel, and where a container forbids pidfds: there the reaper has the children.
inside() { # PROJECT OPTIONS...: a managed suite in the sandbox
  local project=$1 last=${!#}
  local name=$project-${last#--}
  shift
  suite "$name" "$artifacts/native/release/sandbox/lxe-sandbox" "$@" -- \
    dotnet exec "$artifacts/bin/$project.Tests/release/$project.Tests.dll" \
    -noLogo -noColor -longRunning 60 -jUnit "$results/$name.xml"
}
inside LinuxEvents --kernel 4.18
inside LinuxEvents --container
inside LinuxEvents.Watchdog --kernel 4.18

cmake -S "$(dirname "$0")/packages" -B "$artifacts/tests/packages" -G Ninja >/dev/null
suite packages ctest --test-dir "$artifacts/tests/packages" -j 2 --no-tests=error --output-on-failure \
  --test-output-size-passed 1000000 --output-junit "$results/packages.xml"

summary="$passed passed, $failed failed"
[ "$skipped" -eq 0 ] || summary+=", $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
