#!/bin/sh
# Looks that every function in the headers has a comment of its own which begins with its name, describes each of its parameters and
# nothing else, and says what it returns; and that the manual page lists the same functions, safe and blocking as the comments have it.
# The page and the example in it must be without a fault. usage: documentation.sh [COMPILER]
set -eu
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
native=$(cd "$(dirname "$0")/../../native" && pwd)

awk '
function fault(text) { printf "%s:%d: %s %s\n", substr(FILENAME, length(root) + 2), FNR, name, text; faults++ }
/^\/\*\*/ { comment = ""; within = 1 }
within { comment = comment "\n" $0; if (/\*\//) within = 0; next }
/^LXE_API/ { declaration = "" }
/^LXE_API/, /;/ {
  declaration = declaration " " $0
  if (!/;/) next
  name = declaration; sub(/\(.*/, "", name); sub(/.* /, "", name)
  functions++
  if (index(comment, "\n * " name " - ") == 0) fault("has no comment that begins with its name")
  if (index(comment, "\n * Return: ") == 0) fault("does not say what it returns")
  parameters = declaration; sub(/^[^(]*\(/, "", parameters); sub(/\);.*/, "", parameters)
  count = parameters == "void" ? 0 : split(parameters, parameter, ",")
  for (i = 1; i <= count; i++) {
    sub(/.*[ *]/, "", parameter[i])
    if (comment !~ "\n [*] (@[a-z_]+, )*@" parameter[i] "[:,]") fault("does not describe @" parameter[i])
  }
  described = gsub(/\n \* @[a-z_]+:/, "&", comment)
  if (described > count) fault("describes a parameter that it does not have")
  print name, comment ~ /[Nn]ot async-signal-safe/ ? "no" : "yes", comment ~ /Blocks|this blocks|Waits until|May block/ ? "yes" : "no" > facts
  comment = ""
}
END { if (!functions) { print "no function found"; exit 1 }; exit faults != 0 }
' root="$native" facts="$work/functions" "$native"/include/linuxevents/*.h

sort -o "$work/functions" "$work/functions"
sed -n '/^\.SH FUNCTIONS/,/^\.SH [^F]/s/^\(lxe_[a-z0-9_]*\);[^;]*;\([a-z]*\);\([a-z]*\)$/\1 \2 \3/p' "$native/man/linuxevents.7" |
  sort >"$work/rows"
diff "$work/functions" "$work/rows" || {
  echo "The headers (<) and native/man/linuxevents.7 (>) differ: which functions, async-signal-safe or not, blocking or not"
  exit 1
}

sed '1,/^\.EX/d; /^\.EE/,$d; s/\\e/\\/g; s/\\-/-/g' "$native/man/linuxevents.7" >"$work/example.c"
"${1:-cc}" -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I "$native/include" "$work/example.c"

if command -v groff >/dev/null; then
  groff -t -man -Tutf8 -ww "$native/man/linuxevents.7" 2>&1 >/dev/null | tee "$work/warnings"
  [ ! -s "$work/warnings" ]
fi
