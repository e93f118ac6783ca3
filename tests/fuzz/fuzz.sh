#!/usr/bin/env bash
# Feeds the library with what nobody would write, by libFuzzer under ASan and UBSan, for a bounded time.
# (-print_funcs=0: the symbolizer would be a child of the program.) What was found interesting is kept for the next time. usage: tests/fuzz/fuzz.sh ARTIFACTS [SECONDS]
set -euo pipefail

work=$1/fuzz
seconds=${2:-60}
root=$(dirname "$(realpath "$0")")/../..
mkdir -p "$work/corpus"
for compiler in clang clang-{22..14}; do
  ! echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
    "$compiler" -fsanitize=fuzzer,address -x c - -o "$work/probe" 2>/dev/null || break
  compiler=
done
[ -n "$compiler" ] || { echo "No clang here has libFuzzer (Debian: clang libclang-rt-14-dev)" >&2; exit 1; }

"$compiler" -g -O1 -std=c11 -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
  -I "$root/native/include" "$root"/native/src/*.c "$root/tests/fuzz/options.c" -o "$work/options"
cd "$work"
"./options" -max_total_time="$seconds" -timeout=10 -max_len=1024 -rss_limit_mb=1024 -print_funcs=0 -print_final_stats=1 corpus 2>&1 |
  tee "$work/log" | grep -E '^(stat::number|SUMMARY|==|Done)' || { tail -40 "$work/log" >&2; exit 1; }
[ "${PIPESTATUS[0]}" -eq 0 ] || { tail -40 "$work/log" >&2; exit 1; }
