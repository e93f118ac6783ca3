#!/usr/bin/env bash
# Builds the native library for every other processor and libc, which holds each against the rules of the ABI, and runs
# the native suite there: under musl as it is, for other processors in qemu-user.
# Prints what failed and what was left out and why, then one row for each. usage: tests/ports/ports.sh ARTIFACTS
set -uo pipefail

artifacts=$1
here=$(dirname "$(realpath "$0")")
root=$here/../..
results=$artifacts/results/ports
rm -rf "$results"
mkdir -p "$results"
table= failures=0

row() { # NAME PASSED FAILED SKIPPED
  table+=$(printf '%-32s %7d %7d %7d' "$@")$'\n'
  failures=$((failures + $3))
}

# What qemu-user does otherwise than a kernel, by the tests that notice. Tests of processes leave themselves out: it
# refuses clone with CLONE_PIDFD, or with exit signal 0.
left_out() { # PORT
  [ "$1" != linux-musl-x64 ] || return
  cat <<'LIST'
native/fork             qemu-user takes MADV_WIPEONFORK for advice, and does nothing
native/feature_shortage qemu-user refuses CLONE_PIDFD before it looks for room for a process
native/pidfd_info       qemu-user answers ENOSYS, not ENOTTY, to a request of ioctl that it does not know
native/pidfd_wait       qemu-user writes a usage when there is nothing to report
native/reaper_ends      qemu-user knows no PR_SET_CHILD_SUBREAPER
native/reaper_stuck     qemu-user knows no PR_SET_CHILD_SUBREAPER
native/signal_block     qemu-user shows the masks of the host in /proc, and never blocks signals 63 and 64
native/relay_chain      qemu-user never blocks signals 63 and 64, so that no mask is full
native/relay_overtaken  qemu-user never blocks signals 63 and 64, so that no mask is full
native/relay_races      qemu-user never blocks signals 63 and 64, so that no mask is full
examples/parallel       qemu-user refuses clone with exit signal 0
examples/timeout.*      qemu-user refuses clone with exit signal 0
LIST
  [ "$1" != linux-arm ] || echo "native/relay            qemu-user loses the descriptor of a real-time signal that the kernel sends"
}

suite() { # NAME PORT: runs the finished build of a port
  local name=$1 port=$2 status=0 p=0 f=0 s=0 lines= list=
  list=$(left_out "$port")
  timeout --kill-after=10 600 ctest --test-dir "$artifacts/native/$port" -R '^(native|examples|tools)/' --no-tests=error \
    ${list:+-E "^($(awk '{ printf "%s%s", separator, $1; separator = "|" }' <<<"$list"))\$"} \
    --output-on-failure --test-output-size-passed 1000000 --output-junit "$results/$name.xml" \
    >"$results/$name.out" 2>&1 </dev/null || status=$?
  [ ! -s "$results/$name.xml" ] || { read -r p f s; lines=$(cat); } < <(awk -f "$here/../junit.awk" "$results/$name.xml")
  if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$p" -eq 0 ]; }; then
    f=1
    lines+=$'\n'"  failed: all of it: it ended with status $status and reported $p passed"
  fi
  [ "$f" -eq 0 ] || tail -n 100 "$results/$name.out"
  [ -z "$lines" ] || echo "$lines"
  [ -z "$list" ] || { sed -E 's/^([^ ]+) +(.*)/  skipped: \1: \2/' <<<"$list"; s=$((s + $(wc -l <<<"$list"))); }
  row "$name" "$p" "$f" "$s"
}

port() { # PORT COMPILER [EMULATOR]
  local missing=
  echo "$1"
  for program in "${@:2}"; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  if [ -n "$missing" ]; then
    echo "  skipped: all of it: missing here:$missing (cmake/toolchains/$1.cmake names the packages)"
    row "$1" 0 0 1
  elif ! "$root/cmake/build.sh" "$1"; then
    echo "  failed: all of it: it does not build"
    row "$1" 0 1 0
  else
    suite "$1" "$1"
  fi
}

port linux-arm64 aarch64-linux-gnu-gcc qemu-aarch64
port linux-arm arm-linux-gnueabihf-gcc qemu-arm
port linux-riscv64 riscv64-linux-gnu-gcc qemu-riscv64
port linux-musl-x64 musl-gcc
if [ -e "$artifacts/native/linux-musl-x64/build.ninja" ]; then
  # One binary serves both: what was linked against glibc, loaded by programs of musl.
  echo "linux-x64-under-musl"
  LD_LIBRARY_PATH=$artifacts/native/release suite linux-x64-under-musl linux-musl-x64
fi

printf '\n%-32s %7s %7s %7s\n%s' port passed failed skipped "$table"
[ "$failures" -eq 0 ]
