#!/usr/bin/env bash
# Runs the suites of a finished build in every environment there is: as on older kernels, in a container, with each
# feature switched off, and on real kernels in an emulator. Prints what failed and what was left out, then one table.
# usage: tests/sandbox/matrix.sh ARTIFACTS
set -uo pipefail

artifacts=$1
here=$(dirname "$(realpath "$0")")
native=$artifacts/native/release
results=$artifacts/results/matrix
rm -rf "$results"
mkdir -p "$results"
table= failures=0

row() { # NAME COMMAND...: runs a command that writes $results/NAME.xml
  local name=$1 status=0 p=0 f=0 s=0 lines=
  shift
  echo "$name"
  timeout --kill-after=10 700 "$@" >"$results/$name.out" 2>&1 </dev/null || status=$?
  [ ! -s "$results/$name.xml" ] || { read -r p f s; lines=$(cat); } < <(awk -f "$here/../junit.awk" "$results/$name.xml")
  [ -z "$lines" ] || echo "$lines"
  if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ $((p + s)) -eq 0 ]; }; then
    f=1
    echo "  failed: all of it: it ended with status $status and reported $p passed"
  fi
  [ "$f" -eq 0 ] || tail -n 100 "$results/$name.out"
  failures=$((failures + f))
  table+=$(printf '%-32s %7d %7d %7d' "$name" "$p" "$f" "$s")$'\n'
}

native() { # NAME PREFIX: the tests with that prefix
  row "$1" ctest --test-dir "$native" -R "^$2/" --no-tests=error --output-on-failure --test-output-size-passed 1000000 \
    --output-junit "$results/$1.xml"
}

native native native
for environment in 5.10 5.3 4.18 3.10 container; do
  native "native@$environment" "native@$environment"
done
for feature in $("$native/tools/lxe-info" --json | sed -n 's/.*{"name": "\([a-z0-9_]*\)".*/\1/p'); do
  LINUXEVENTS_DISABLE=$feature native "native-without-$feature" native
done
for suite in bullseye bookworm trixie; do
  row "native-on-$suite" "$here/boot.sh" "$artifacts" "$suite" "$results/native-on-$suite.xml"
  kernel=$(sed -n 's/.*<testsuite name="\([^"]*\)".*/\1/p' "$results/native-on-$suite.xml" 2>/dev/null)
  table=${table/native-on-$suite /native on $kernel }
done

printf '\n%-32s %7s %7s %7s\n%s' environment passed failed skipped "$table"
[ "$failures" -eq 0 ]
