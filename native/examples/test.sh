#!/usr/bin/env bash
# Runs one example against what it is for. usage: test.sh EXAMPLE PROGRAM...
set -euo pipefail

example=$1
shift
trap 'kill $(jobs -p) 2>/dev/null || :' EXIT
start() { # COMMAND...: in the background; bash forgets a coprocess's descriptors when it ends, perhaps before all was read
  coproc PROGRAM { exec "$@"; }
  exec 5<&"${PROGRAM[0]}"
  program=$PROGRAM_PID
}
expect() { # TEXT: what the example says next
  read -r line <&5
  [[ $line =~ $1 ]] || { echo "'$line' is not '$1'" >&2; exit 1; }
}

case $example in
  echo)
    start "$@" 0
    expect '^listening on port ([0-9]+)$'
    port=${BASH_REMATCH[1]}
    exec 3<>"/dev/tcp/127.0.0.1/$port" 4<>"/dev/tcp/127.0.0.1/$port"
    for round in 1 2 3; do
      echo "third $round" >&3
      echo "fourth $round" >&4
      read -r line <&4 && [ "$line" = "fourth $round" ]
      read -r line <&3 && [ "$line" = "third $round" ]
    done
    exec 3>&-
    echo "still there" >&4
    read -r line <&4 && [ "$line" = "still there" ]
    ;;
  parallel) # each but the last waits for the next one
    fifos=$(mktemp -d)
    trap 'rm -r "$fifos"' EXIT
    mkfifo "$fifos"/{1,2}
    "$@" "cat $fifos/1; exit 3" "cat $fifos/2; : >$fifos/1" ": >$fifos/2; kill -9 \$\$" >"$fifos/output" || exit
    sed 's/.*: //' "$fifos/output" | sort | diff - <(printf 'ended by signal 9\nexited with 0\nexited with 3\n')
    ;;
  signals)
    start "$@"
    expect '^process [0-9]+$'
    pid=${line#process }
    kill -USR1 "$pid"
    expect "^signal $(kill -l USR1) from process $$ of user $(id -u), value 0\$"
    kill -TERM "$pid"
    expect "^signal 15 from process $$ "
    wait "$pid"
    ;;
  wait)
    sleep 3600 & # whoever started them
    first=$!
    (exit 0) &
    second=$!
    wait "$second"
    start "$@" "$first" "$second"
    expect "^process $second is gone\$" || exit
    kill -KILL "$first"
    wait "$first" 2>/dev/null || :
    expect "^process $first has ended"
    wait "$program"
    ;;
esac
