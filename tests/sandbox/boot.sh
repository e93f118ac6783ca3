#!/usr/bin/env bash
# Boots a kernel of Debian's in an emulator and runs the native tests on it. Fetches the kernel when it is not there.
# usage: boot.sh ARTIFACTS SUITE RESULTS: the kernel of that Debian release; leaves RESULTS (JUnit) and RESULTS.log (the console)
set -euo pipefail

artifacts=$(realpath "$1") suite=$2 results=$3
here=$(dirname "$(realpath "$0")")
kernels=$artifacts/kernels/$suite
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From the mirror that this system itself uses, beside its own lists of packages.
fetch_kernel() {
  local mirror package
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
    sed '/security/d; q')
  [ -n "$mirror" ] || { echo "no mirror of Debian among this system's package sources"; return 1; }
  echo "deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$kernels"
  local options=(-o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$work/lists"
    -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o Acquire::Languages=none
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt-get "${options[@]}" -q update || return
  package=$(apt-cache "${options[@]}" depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
  (cd "$work" && apt-get "${options[@]}" -q download "$package") || return
  dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel" && mv "$work"/kernel/boot/vmlinuz-* "$kernels/vmlinuz"
}
[ -s "$kernels/vmlinuz" ] || fetch_kernel >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

# The programs as they were built, the commands that they start by path, and what all of them load; busybox for the rest.
root=$work/root
mkdir -p "$root"/{bin,dev,etc,lib,proc,sys,tests,tmp,usr/bin}
cp "$artifacts"/native/release/tests/test-* "$root/tests"
for command in sh true false cat pwd sleep; do
  cp -L "/bin/$command" "$root/bin"
done
cp -L /usr/bin/{env,nice} "$root/usr/bin"
cp -L "$(command -v busybox)" "$root/bin/busybox"
{ ldd "$root"/{tests,bin,usr/bin}/* 2>/dev/null || true; } | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
  case $library in
    */ld-*) install -D "$library" "$root$library" ;;
    *) cp -L "$library" "$root/lib" ;;
  esac
done
echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"
install -m 755 "$here/init.sh" "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initramfs"

rm -f "$results" "$results.log"
timeout --kill-after=5 600 qemu-system-x86_64 -accel tcg -cpu max -smp 2 -m 512 -nodefaults -no-reboot -display none \
  -serial file:"$results.log" -serial file:"$results" \
  -kernel "$kernels/vmlinuz" -initrd "$work/initramfs" -append "console=ttyS0 quiet panic=-1" </dev/null
