#!/bin/busybox sh
# shellcheck shell=dash
# The first process of a booted kernel: runs the suite that the command line of the kernel names, writes JUnit to the
# console, switches off.
busybox mount -t proc proc /proc
busybox --install -s /bin 2>/dev/null # all but those that are there
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir /dev/pts /dev/shm
mount -t devpts pts /dev/pts
mount -t tmpfs tmp /tmp
mount -t cgroup2 cgroup /sys/fs/cgroup
ln -s /proc/self/fd /dev/fd
for number in 0:stdin 1:stdout 2:stderr; do
  ln -s "/proc/self/fd/${number%:*}" "/dev/${number#*:}"
done
ip link set lo up
stty raw
export PATH=/bin:/usr/bin HOME=/tmp

# shellcheck disable=SC2154
case $suite in
  native)
    echo "<testsuite name=\"$(uname -rm)\">"
    export LXE_TEST_ROUNDS_DIVISOR=10 # for those that do little but start processes
    for test in /tests/test-* spawn spawn_descriptors spawn_options; do # the latter once more, by the reaper
      start=$(date +%s)
      name=${test#/tests/test-}
      case $test in
        /*) set -- "$test" ;;
        *) set -- env LXE_TEST_REAPER=1 "/tests/test-$test" && name=${test}_by_reaper ;;
      esac
      timeout -s KILL 600 "$@" >/tmp/output 2>&1 </dev/null
      status=$?
      case $status in
        0) result= ;;
        77) result='<skipped message="SKIP_RETURN_CODE=77"/>' ;;
        *) result="<failure message=\"ended with $status\"/>" ;;
      esac
      output=$(sed 's/&/\&amp;/g; s/</\&lt;/g' /tmp/output)
      echo "<testcase name=\"$name\" time=\"$(($(date +%s) - start))\">$result<system-out>$output</system-out></testcase>"
    done
    echo "</testsuite>"
    ;;
  managed)
    # shellcheck disable=SC2046
    DOTNET_TieredPGO=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 \
      timeout -s KILL 3000 dotnet exec /tests/LinuxEvents.Tests.dll -noLogo -noColor -longRunning 60 -jUnit /tmp/results.xml -reporter verbose $(cat /tests/filter) </dev/null
    echo "ended with $?, in $(cut -d. -f1 /proc/uptime) seconds"
    sed 's/<testsuites/\n&/; s/<\/testsuites>/\n&\n/' /tmp/results.xml
    ;;
esac
reboot -f
