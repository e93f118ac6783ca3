#!/usr/bin/env bash
# Runs the same scripts below `watchdog init`, tini and dumb-init as process 1 of a pid namespace, prints what each makes of them
# as a table, and fails where the watchdog does not do what is expected of it. Who is not installed is left out by name.
# usage: [ONLY=TEXT] compare.sh WATCHDOG...: how to start the watchdog; ONLY: the points with this text in their names
# shellcheck disable=SC2016 # what stands in single quotes is for the shells below
set -uo pipefail

watchdog=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unshare=(unshare --fork --pid --kill-child --mount-proc) enter=(nsenter --pid --mount)
[ "$(id -u)" = 0 ] || { unshare+=(--map-root-user) enter+=(--user --preserve-credentials); }
"${unshare[@]}" true 2>"$work/why" || { echo "skipped: no pid namespaces here: $(cat "$work/why")"; exit 77; }

cc -O1 -o "$work/probe" "$(dirname "$0")/probe.c" || exit 1
names=("watchdog" "watchdog, reaper")
for other in tini dumb-init; do
  if command -v "$other" >/dev/null; then names+=("$other"); else echo "  skipped: $other is not installed (Debian package $other)"; fi
done

# --- starting -------------------------------------------------------------------------------------

# set_init NAME [MODE]: how to start it in ${init[@]}; MODE process: signals to the command alone; rewrite: SIGTERM as SIGQUIT;
# subreaper: orphans are taken over though it is not process 1
set_init() {
  local own=() limit=15 # the others are only looked at: who is stuck now will be
  [[ $1 != watchdog* ]] || limit=60
  # Signals may be ignored where this runs; no command outlives its limit.
  limited=(timeout --kill-after=5 "$limit" env --default-signal)
  case $1:${2:-} in
    watchdog*:process) own=(--forward-to process) ;;
    watchdog*:rewrite) own=(--rewrite TERM:QUIT) ;;
    watchdog*:subreaper) own=(--subreaper) ;;
    tini:subreaper) own=(-s) ;;
    dumb-init:process) own=(--single-child) ;;
    dumb-init:rewrite) own=(--rewrite 15:3) ;;
    tini:rewrite | dumb-init:subreaper) return 1 ;;
  esac
  case $1 in
    watchdog) init=("${watchdog[@]}" init "${own[@]}" --) ;;
    *reaper) init=(env LINUXEVENTS_DISABLE=pidfd_exit_info "${watchdog[@]}" init "${own[@]}" --) ;;
    *) init=("$1" "${own[@]}" --) ;;
  esac
}

as_1() { "${limited[@]}" "${unshare[@]}" "${init[@]}" "$@" 2>"$work/errors"; }

# begin COMMAND...: runs it below process 1 in the background, until a probe has said "ready" in $log. $one is process 1, from outside.
begin() {
  log=$work/log marks=0
  : >"$log"
  "${limited[@]}" "${unshare[@]}" "${init[@]}" "$@" >"$log" 2>"$work/errors" </dev/null &
  runner=$!
  wait_for ready || { cat "$work/errors" >&2; return 1; }
  one=$(only_child "$(only_child "$runner")")
}

only_child() { tr -d ' ' <"/proc/$1/task/$1/children"; }

# The command's process id, as seen from outside.
command_id() {
  local exe
  for exe in /proc/[0-9]*/exe; do [ "$(readlink "$exe")" != "$work/probe" ] || basename "$(dirname "$exe")"; done 2>/dev/null
}

until_true() { # COMMAND...: whether it comes true within half a minute
  local i
  for ((i = 0; i < 600; i++)); do "$@" && return; sleep 0.05; done
  return 1
}
has_line() { grep -qx -- "$1" "$log"; }
wait_for() { until_true has_line "$1" || { echo "waited in vain for '$1'; it said: $(cat "$log")" >&2; return 1; }; }

mark() { marks=$((marks + 1)); kill -USR2 "$one"; }
# handled: what was sent before has been dealt with, for two signals that were sent later, one after the other, have
handled() { mark && wait_for "mark $marks" && mark && wait_for "mark $marks"; }

finish() { # ends what begin began
  kill -KILL "$one" 2>/dev/null
  wait "$runner" 2>/dev/null
}

# --- the points: each prints what it has seen -------------------------------------------------------

exit_codes() { for code in 0 42 255; do as_1 sh -c "exit $code"; echo -n "$? "; done; }

killed_by() { for signal in TERM KILL SEGV; do as_1 sh -c "ulimit -c 0; kill -$signal \$\$"; echo -n "$? "; done; }

signals() {
  local number list missing=
  list="1 2 3 10 13 14 15 16 18 $(seq -s ' ' 23 30) $(seq -s ' ' 35 64)"
  begin "$work/probe" log || return
  for number in $list; do kill -"$number" "$one"; done
  handled || return
  for number in $list; do has_line "signal $number value 0" || missing+=" $number"; done
  echo "all${missing:+ but$missing}"
  finish
}

value() {
  begin "$work/probe" log || return
  "$work/probe" queue "$one" 40 -77
  handled || return
  sed -n 's/^signal 40 value //p' "$log"
  finish
}

stops() {
  begin "$work/probe" default || return
  local id signal
  id=$(command_id)
  for signal in TSTP TTIN TTOU; do
    kill -"$signal" "$one"
    mark
    until_true stopped_or_marked "$id"
    is_stopped "$id" || { mark; until_true stopped_or_marked "$id"; } # the first may have overtaken it
    if is_stopped "$id"; then
      kill -CONT "$one"
      wait_for "mark $marks" && echo -n "stops, goes on; "
    else
      echo -n "no effect; "
    fi
  done
  finish
}
is_stopped() { [ "$(sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f1)" = T ]; }
stopped_or_marked() { is_stopped "$1" || has_line "mark $marks"; }

reaches() { # HOW MANY
  begin sh -c "'$work/probe' log & exec '$work/probe' log" || return
  until_true has_lines ready 2
  kill -USR1 "$one"
  handled || return
  [[ $1 = 1 || ${init[0]} = tini ]] || until_true has_lines "signal 10 value 0" 2
  if has_lines "signal 10 value 0" 2; then echo "its group"; else echo "it alone"; fi
  finish
}
has_lines() { [ "$(grep -cx -- "$1" "$log")" = "$2" ]; }

rewrites() {
  begin "$work/probe" log || return
  kill -TERM "$one"
  handled || return
  sed -n 's/^signal \([0-9]*\) value 0/\1/p' "$log"
  finish
}

count_zombies='left=1; for i in $(seq 400); do left=$(cat /proc/[0-9]*/stat 2>/dev/null | grep -c ") Z "); [ $left = 0 ] && break; sleep 0.05; done; echo $left zombies'

orphans() { as_1 bash -c "for i in \$(seq 50); do (true & (sleep 0.0\$i &) ); done; sleep 1; $count_zombies"; }

# Who is the parent of an orphan whose parent has ended, and who reaps it in the end?
not_as_1() {
  "${limited[@]}" "${init[@]}" bash -c '
    parent=$( (bash -c "sleep 0.1; exec bash -c \"echo \\\$PPID\"" &) )
    [ "$parent" = "$PPID" ] && echo -n "adopted, " || echo -n "left alone, "
    zombies() { cat /proc/[0-9]*/stat 2>/dev/null | sed "s/.*) //" | grep -c "^Z $PPID "; }
    for i in $(seq 400); do [ "$(zombies)" = 0 ] && break; sleep 0.05; done
    echo -n "$(zombies) zombies; "
    exit 7' 2>"$work/errors"
  echo "$?"
}

strange_orphans() {
  begin "$work/probe" log || return
  local i
  for i in 1 2 3 4 5; do "${enter[@]}" --target "$one" sh -c '(sleep 0.1 &) ; :'; done
  "${enter[@]}" --target "$one" bash -c "$count_zombies"
  finish
}

not_started() {
  mkdir -p "$work/folder"
  printf 'exit 5\n' >"$work/plain" && chmod +x "$work/plain"
  for program in no-such-program /etc/passwd "$work/folder" "$work/plain"; do as_1 "$program"; echo -n "$? "; done
}

ignores_term() {
  begin env --ignore-signal=TERM "$work/probe" default || return
  kill -TERM "$one"
  handled || return
  kill -KILL "$(command_id)"
  wait "$runner"
  echo "lives on; SIGKILL: $?"
}

input() { echo "hello" | as_1 cat; }

broken_pipe() { set +o pipefail; as_1 yes | head -1 >/dev/null; echo "${PIPESTATUS[0]}"; set -o pipefail; }

no_terminal() { "${limited[@]}" setsid --wait "${unshare[@]}" "${init[@]}" sh -c 'exit 6' </dev/null >/dev/null 2>&1; echo "$?"; }

closed() { "${limited[@]}" "${unshare[@]}" "${init[@]}" sh -c 'exit 8' <&- >&- 2>&-; echo "$?"; }

inherits() { as_1 sh -c 'cat <&7' 7<<<"seven"; }

status_of() { as_1 sh -c 'sed -n "s/^\(SigBlk\|SigIgn\):\t0*/\1 0/p" /proc/self/status' | tr '\n' ' '; }

hangup_ignored() { "${limited[@]}" env --ignore-signal=HUP "${unshare[@]}" "${init[@]}" sh -c 'sed -n "s/^SigIgn:\t0*//p" /proc/self/status' 2>/dev/null; }

# --- terminals ------------------------------------------------------------------------------------

# on_terminal SCRIPT [KEYS]: process 1 leads a session with a terminal; KEYS are typed when the script has said "ready". It prints
# what the script wrote in lines that begin with "> ", and the status.
on_terminal() {
  local screen=$work/screen keys=$work/keys status=0
  printf '%s\n' "$1" >"$work/script"
  printf '%q ' "${limited[@]}" "${unshare[@]}" setsid --ctty "${init[@]}" bash "$work/script" >"$work/line"
  rm -f "$keys" && mkfifo "$keys" && : >"$screen"
  exec 8<>"$keys"
  script --quiet --return --flush --command "bash $work/line" /dev/null <&8 >"$screen" 2>&1 &
  local id=$!
  until_true grep -q ready "$screen" && printf '%b' "${2:-}" >&8
  wait "$id" || status=$?
  tr -d '\r' <"$screen" | sed -n 's/^.*> //p' | tr '\n' ' '
  echo "$status"
}

terminal_is_its() {
  on_terminal 'read -r _ _ _ _ group _ _ foreground _ </proc/self/stat; [ $group = $foreground ] && (: >/dev/tty) && echo "> the foreground" || echo "> none"; echo ready'
}
control_c() { on_terminal 'trap "echo \> interrupted; exit 4" INT; echo ready; while :; do sleep 0.05; done' '\x03'; }
control_z() { on_terminal 'echo ready; read -r line; echo "> goes on, $line"' '\x1atyped\n'; }
window() { on_terminal 'trap "echo \> told; exit 3" WINCH; echo ready; stty rows 33; while :; do sleep 0.05; done'; }
job_control() { on_terminal 'set -m; trap "echo \> back" EXIT; sleep 1000 & echo ready; fg >/dev/null' '\x03'; }

# --- the table ------------------------------------------------------------------------------------

failures=0
row() { # POINT EXPECTED MODE FUNCTION [ARGUMENTS...]: runs it for everybody
  local point=$1 expected=$2 mode=$3 name line="| $1 |" seen
  shift 3
  [[ $point == *"${ONLY:-}"* ]] || return
  for name in "${names[@]}"; do
    if set_init "$name" "$mode"; then seen=$("$@"); else seen="not to be had"; fi
    seen=${seen%"${seen##*[![:space:]]}"} # without the blanks at its end
    line+=" $seen |"
    if [[ $name == watchdog* && $seen != "$expected" ]]; then
      echo "failed: $point: $name: '$seen', not '$expected'; it said: $(cat "$work/errors" 2>/dev/null)" >&2
      failures=$((failures + 1))
    fi
  done
  echo "$line"
}

echo "| |$(printf ' %s |' "${names[@]}")"
echo "| --- |$(for name in "${names[@]}"; do printf ' --- |'; done)"
row "status of \`exit\` 0, 42, 255" "0 42 255" "" exit_codes
row "status after SIGTERM, SIGKILL, SIGSEGV" "143 137 139" "" killed_by
row "not found, not executable, a directory, no \`#!\`" "127 126 126 126" "" not_started
row "signals 1-3, 10, 12-16, 18, 23-30, 35-64 that reach the command" "all" "" signals
row "SIGTSTP; SIGTTIN; SIGTTOU" "stops, goes on; stops, goes on; stops, goes on;" "" stops
row "a signal reaches: by default" "its group" "" reaches 2
row "to the command alone" "it alone" process reaches 1
row "value of a queued signal to it alone" "-77" process value
row "SIGTERM rewritten as 3" "3" rewrite rewrites
row "a command that ignores SIGTERM" "lives on; SIGKILL: 137" "" ignores_term
row "50 orphans and 50 zombies of the command" "0 zombies" "" orphans
row "orphans of programs that others started there" "0 zombies" "" strange_orphans
row "orphans of the command, not as process 1 (\`--subreaper\`, \`tini -s\`)" "adopted, 0 zombies; 7" subreaper not_as_1
row "standard input" "hello" "" input
row "writing to a closed pipe" "141" "" broken_pipe
row "no terminal" "6" "" no_terminal
row "descriptors 0 to 2 closed" "8" "" closed
row "descriptor 7" "seven" "" inherits
row "signals blocked and ignored" "SigBlk 0 SigIgn 0" "" status_of
row "SIGHUP ignored before (\`nohup\`)" "1" "" hangup_ignored
if command -v script >/dev/null && [ "$(id -u)" = 0 ]; then
  row "the terminal" "the foreground 0" "" terminal_is_its
  row "Ctrl-C" "interrupted 4" "" control_c
  row "Ctrl-Z" "goes on, typed 0" "" control_z
  row "a new window size" "told 3" "" window
  row "job control; Ctrl-C to a job" "back 130" "" job_control
else
  echo "  skipped: terminals need root and script(1)"
fi
[ "$failures" -eq 0 ]
