#!/bin/busybox sh
# The first process of a booted kernel: runs every program in /tests, writes a JUnit file to the second serial line, switches off.
busybox mount -t proc proc /proc
busybox --install -s /bin 2>/dev/null # all but those that are there
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir /dev/pts
mount -t devpts pts /dev/pts
mount -t tmpfs tmp /tmp
ip link set lo up
stty -F /dev/ttyS1 raw
exec >/dev/ttyS1 </dev/null 2>/dev/console
echo "<testsuite name=\"$(uname -r)\">"
for test in /tests/*; do
  timeout -s KILL 300 "$test" >/tmp/output 2>&1
  status=$?
  case $status in
    0) result= ;;
    77) result='<skipped message="SKIP_RETURN_CODE=77"/>' ;;
    *) result="<failure message=\"ended with $status\"/>" ;;
  esac
  echo "<testcase name=\"${test##*/test-}\">$result<system-out>$(sed 's/&/\&amp;/g; s/</\&lt;/g' /tmp/output)</system-out></testcase>"
done
echo "</testsuite>"
reboot -f
