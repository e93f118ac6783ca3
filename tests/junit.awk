# Reads a JUnit file: prints "PASSED FAILED SKIPPED", then one line for each failed and skipped test, and one for each
# thing that tests which passed have left out (lines "  skipped: REASON" of their output), with their names.

function attribute(name,   at) {
  at = match($0, name "=\"[^\"]*\"")
  return at ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) : ""
}

function text(escaped) {
  gsub(/&quot;/, "\"", escaped); gsub(/&apos;/, "\047", escaped); gsub(/&#x[0-9A-Fa-f]+;/, " ", escaped)
  gsub(/&lt;/, "<", escaped); gsub(/&gt;/, ">", escaped); gsub(/&amp;/, "\\&", escaped)
  return escaped
}

function note_left_out(   output, count, i, seen) {
  count = split($0, output, "\n")
  for (i = 1; i <= count; i++) {
    sub(/^.*<system-out>/, "", output[i])
    if (output[i] !~ /^  skipped: / || (output[i] in seen)) continue
    seen[output[i]]
    if (!(output[i] in by)) reasons[++reason_count] = output[i]
    by[output[i]] = by[output[i]] " " text(attribute("name"))
  }
}

BEGIN { RS = "<testcase " }
NR == 1 { next }
/<(failure|error)[ \/>]/ || /status="fail"/ || (/status="notrun"/ && !/message="SKIP_RE/) {
  failed++
  lines = lines "  failed: " text(attribute("name")) "\n"
  next
}
/<skipped[ \/>]/ {
  skipped++
  reason = attribute("message")
  if (reason ~ /^SKIP_RE/ && match($0, /<system-out>[^<]*/)) reason = substr($0, RSTART + 12, RLENGTH - 12)
  gsub(/[ \n]+$/, "", reason); sub(/.*\n/, "", reason); sub(/^skipped: /, "", reason)
  lines = lines "  skipped: " text(attribute("name")) ": " text(reason) "\n"
  next
}
{ passed++; note_left_out() }
END {
  printf "%d %d %d\n%s", passed, failed, skipped, lines
  for (i = 1; i <= reason_count; i++)
    printf "  left out: %s, in%s\n", text(substr(reasons[i], 12)), by[reasons[i]]
}
