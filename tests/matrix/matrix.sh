#!/usr/bin/env bash
# Runs the suites of a finished build in every environment there is: as on older kernels and in a container, with each
# feature switched off, on real kernels in an emulator, under musl and for other processors, with sanitizers and in valgrind;
# and breaks each rule of the ABI once. As many rows at a time as there are processors. Prints what failed and what was left out and why, then one table.
# usage: tests/matrix/matrix.sh ARTIFACTS [ROW...]: all rows, or those that match (native-on-*)
set -uo pipefail
shopt -s extglob

artifacts=$(realpath "$1")
shift
here=$(dirname "$(realpath "$0")")
native=$artifacts/native/release
results=$artifacts/results/matrix

rows() { # The long ones first.
  local features
  features=$("$native/tools/lxe-info" --json | sed -n 's/.*{"name": "\([a-z0-9_]*\)".*/\1/p')
  printf '%s\n' managed-on-{5.10,6.1,6.12} native-on-{5.10,6.1,6.12} native-on-6.1-arm64 \
    managed managed@{5.10,5.3,4.18,container} native native@{5.10,5.3,4.18,3.10,container} \
    linux-{arm64,arm,riscv64,musl-x64} linux-x64-under-musl valgrind asan tsan guards packages
  # shellcheck disable=SC2086
  printf 'managed-without-%s\n' $features
  # shellcheck disable=SC2086
  printf 'native-without-%s\n' $features
}

# What a row leaves out, by the names of tests: lines "TEST REASON".
left_out() { # ROW
  local pattern test reason
  while read -r pattern test reason; do
    # shellcheck disable=SC2053
    [[ $pattern = '#' || $1 != $pattern ]] || echo "$test $reason"
  done <"$here/left-out.txt"
}

# --- the ways to run a suite; each leaves $results/ROW.xml ----------------------------------------

# What started this in the background may have the signals of its terminal ignored, which tests send.
signals=(env --default-signal=HUP,INT,QUIT)

native() { # ROW DIRECTORY TESTS (a regular expression) [OPTIONS of ctest]
  local without
  without=$(left_out "$1" | cut -d' ' -f1 | paste -sd'|')
  "${signals[@]}" ctest --test-dir "$2" -R "$3" ${without:+-E "^($without)\$"} --no-tests=error --output-on-failure \
    --test-output-size-passed 1000000 --output-junit "$results/$1.xml" "${@:4}"
}

managed() { # ROW [COMMAND...]: inside a command
  "${signals[@]}" "${@:2}" dotnet exec "$artifacts/bin/LinuxEvents.Tests/release/LinuxEvents.Tests.dll" \
    -noLogo -noColor -longRunning 60 -jUnit "$results/$1.xml"
}

boot() { # ROW VERSION ARCH SUITE
  # shellcheck disable=SC2046
  "$here/boot.sh" "$artifacts" "${@:2}" "$results/$1.xml" \
    $(left_out "$1" | sed 's/ .*//; s/.*\..*/-method- LinuxEvents.Tests.&/; s/^[^-]/-class- LinuxEvents.Tests.&/')
}

preset() { # ROW PRESET [TESTS]: a build of its own (CMakePresets.json)
  "$here/../../cmake/build.sh" "$2" && native "$1" "$artifacts/native/$2" "${3:-^((native|examples|tools)/|abi/baseline)}"
}

run() { # ROW
  local place=${1#*@}
  [ "$place" = container ] && place=--container || place="--kernel $place"
  # shellcheck disable=SC2086
  case $1 in
    native) native "$1" "$native" '^native/' ;;
    native@*) native "$1" "$native" "^$1/" ;;
    native-without-*) LINUXEVENTS_DISABLE=${1#native-without-} native "$1" "$native" '^native/' ;;
    native-on-*-arm64)
      "$here/../../cmake/build.sh" linux-arm64 && place=${1#native-on-} && boot "$1" "${place%-arm64}" arm64 native
      ;;
    native-on-*) boot "$1" "${1#native-on-}" amd64 native ;;
    managed) managed "$1" ;;
    managed@*) managed "$1" "$native/sandbox/lxe-sandbox" $place -- ;;
    managed-without-*) LINUXEVENTS_DISABLE=${1#managed-without-} managed "$1" ;;
    managed-on-*) boot "$1" "${1#managed-on-}" amd64 managed ;;
    linux-x64-under-musl) LD_LIBRARY_PATH=$native preset "$1" linux-musl-x64 ;; # what was linked against glibc serves both
    linux-*) preset "$1" "$1" ;;
    asan | valgrind) preset "$1" "$1" '^(native|threads|examples|tools)/' ;;
    tsan) preset tsan tsan '^(threads/|native/feature)' ;;
    guards) native guards "$native" '^guards/' -C matrix ;;
    packages)
      cmake -S "$here/../packages" -B "$artifacts/tests/packages" -G Ninja && native packages "$artifacts/tests/packages" '^packages/' -C matrix
      ;;
  esac
}

# --- rows, and what becomes of them ---------------------------------------------------------------

row() { # ROW: leaves $results/ROW.sum: "PASSED FAILED SKIPPED", then what failed and what was left out
  local start=$SECONDS status=0 p=0 f=0 s=0 lines='' without
  run "$1" >"$results/$1.log" 2>&1 </dev/null || status=$?
  [ ! -s "$results/$1.xml" ] || { read -r p f s; lines=$(cat); } < <(awk -f "$here/../junit.awk" "$results/$1.xml")
  if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$p" -eq 0 ]; }; then
    f=1 lines+=$'\n'"  failed: all of it: it ended with status $status and reported $p passed"
  fi
  without=$(left_out "$1" | sed -E 's/^([^ ]+) +/  skipped: \1: /')
  [ -z "$without" ] || s=$((s + $(wc -l <<<"$without"))) lines+=$'\n'$without
  [ "$f" -eq 0 ] || tail -n 100 "$results/$1.log"
  printf '%d %d %d %d\n%s\n' "$p" "$f" "$s" $((SECONDS - start)) "$lines" | sed '/^$/d' >"$results/$1.sum"
  printf '%s: %d passed, %d failed, %d skipped\n' "$1" "$p" "$f" "$s"
  sed 1d "$results/$1.sum"
}

all=$(rows) chosen=()
for pattern in "${@:-*}"; do
  found=0
  while read -r name; do
    # shellcheck disable=SC2053
    [[ $name != $pattern ]] || { chosen+=("$name") && found=1; }
  done <<<"$all"
  [ $found -eq 1 ] || { printf 'no row is named %s; there are:\n%s\n' "$pattern" "$all" >&2; exit 2; }
done
mkdir -p "$results"

# Each row is a process group of its own, which ends with this script.
set -m
# shellcheck disable=SC2154
trap 'for job in $(jobs -pr); do kill -- "-$job" 2>/dev/null; done' EXIT
trap 'exit 130' INT TERM
for name in "${chosen[@]}"; do
  rm -f "$results/$name".*
  while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do
    wait -n
  done
  row "$name" >"$results/$name.out" && cat "$results/$name.out" &
done
wait

failures=0 table=
for name in "${chosen[@]}"; do
  read -r p f s seconds <"$results/$name.sum" || p=0 f=1 s=0 seconds=0
  table+=$(printf '%-34s %7d %7d %7d %8d' "$name" "$p" "$f" "$s" "$seconds")$'\n'
  failures=$((failures + f))
done
printf '\n%-34s %7s %7s %7s %8s\n' row passed failed skipped seconds
printf %s "$table" | sort -V
echo "What failed, and what was skipped or left out and why, stands above and in ${results#"$PWD"/}/ROW.sum."
[ "$failures" -eq 0 ]
