#!/usr/bin/env bash
# Boots a kernel of Debian's in an emulator and runs a suite of a finished build on it. Fetches the kernel when it is not there.
# usage: boot.sh ARTIFACTS VERSION ARCH SUITE RESULTS.xml [FILTER...]
#   VERSION 5.10, 6.1 or 6.12; ARCH amd64 or arm64; SUITE native or managed (with a FILTER for its runner);
#   leaves RESULTS.xml (JUnit) and RESULTS.console
set -euo pipefail

artifacts=$(realpath "$1") version=$2 arch=$3 suite=$4 results=$5
shift 5
here=$(dirname "$(realpath "$0")")
kernel=$artifacts/kernels/$version-$arch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# From the mirror that this system itself uses, beside its own lists of packages.
fetch_kernel() {
  local release mirror image
  case $version in
    5.10) release=bullseye ;;
    6.1) release=bookworm ;;
    6.12) release=trixie ;;
  esac
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' |
    sed '/security/d; q')
  [ -n "$mirror" ] || { echo "no mirror of Debian among this system's package sources"; return 1; }
  echo "deb [arch=$arch signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" >"$work/sources.list"
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages" "$kernel"
  : >"$work/status"
  local options=(-q -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$work/lists"
    -o Dir::State::Status="$work/status" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root -o APT::Architecture="$arch"
    -o APT::Architectures="$arch" -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt-get "${options[@]}" update || return
  image=$(apt-cache "${options[@]}" depends "linux-image-cloud-$arch" | awk '/Depends:/ { print $2; exit }')
  [[ $image = linux-image-$version.* ]] || { echo "the kernel of $release is $image, not $version"; return 1; }
  (cd "$work/packages" && apt-get "${options[@]}" download "$image" busybox-static coreutils dash) || return
  for package in "$work"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/packages" --transform='s,^\./usr/bin/,./bin/,' || return
  done
  mkdir -p "$kernel/bin"
  cp "$work/packages/bin/dash" "$kernel/bin/sh" || return
  cp "$work"/packages/bin/{busybox,true,false,cat,pwd,sleep,env,nice} "$kernel/bin" || return
  mv "$work"/packages/boot/vmlinuz-* "$kernel/vmlinuz"
}
mkdir -p "$kernel"
exec 9>"$kernel/lock"
flock 9 # two boots may want the same kernel
[ -s "$kernel/vmlinuz" ] || fetch_kernel >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
exec 9>&-

# --- what it starts from: commands, programs of the build, and what these load --------------------

root=$work/root
mkdir -p "$root"/{dev,etc,lib,proc,sys,tests,tmp,usr/bin}
ln -s usr/bin "$root/bin"
echo root:x:0:0:root:/:/bin/sh >"$root/etc/passwd"
install -m 755 "$here/init.sh" "$root/init"
cp "$kernel/bin/busybox" "$root/bin"

copy_commands() { # COMMAND...: this system's own
  for command in "$@"; do
    cp -L "$(type -P "$command")" "$root/bin"
  done
}
copy_libraries() { # FILE...
  { ldd "$@" 2>/dev/null || true; } | grep -o '/[^ ]*\.so[^ ]*' | sort -u | while read -r library; do
    case $library in
      */ld-*) install -D "$library" "$root$library" ;;
      "$root"/*) ;;
      *) cp -L "$library" "$root/lib" ;;
    esac
  done
}

case $suite-$arch in
  native-amd64)
    cp "$artifacts"/native/release/tests/test-* "$root/tests"
    copy_commands sh true false cat pwd sleep env nice
    copy_libraries "$root"/{bin,tests}/*
    ;;
  native-arm64)
    cp "$artifacts"/native/linux-arm64/tests/test-* "$root/tests"
    cp "$kernel"/bin/* "$root/bin"
    cp "$artifacts/native/linux-arm64/liblinuxevents.so.1" /usr/aarch64-linux-gnu/lib/{ld-linux-aarch64.so.1,libc.so.6} "$root/lib"
    ;;
  managed-amd64)
    dotnet=$(dirname "$(realpath "$(command -v dotnet)")")
    runtime=$(dotnet --list-runtimes | awk '$1 == "Microsoft.NETCore.App" && $2 ~ /^10\./ { version = $2 } END { print version }')
    mkdir -p "$root/dotnet/shared/Microsoft.NETCore.App"
    cp -r "$dotnet"/{dotnet,host} "$root/dotnet"
    cp -r "$dotnet/shared/Microsoft.NETCore.App/$runtime" "$root/dotnet/shared/Microsoft.NETCore.App"
    ln -s /dotnet/dotnet "$root/bin/dotnet"
    cp -r "$artifacts"/bin/LinuxEvents.Tests/release/. "$root/tests"
    # Not busybox's: its timeout founds no group, its stty knows no size.
    # shellcheck disable=SC2046
    copy_commands sh unshare script setpriv $(dpkg -L coreutils | sed -n 's,.*/bin/,,p')
    echo "$*" >"$root/tests/filter"
    copy_libraries "$root"/bin/* "$root/dotnet/dotnet" "$root"/dotnet/shared/*/*/*.so "$root"/tests/*.so
    # shellcheck disable=SC2046
    cp -L $(ldconfig -p | sed -n 's/.*lib\(ssl\|crypto\)\.so\.3 .*x86-64.*=> //p') "$root/lib" # which the runtime loads by name
    ;;
esac
(cd "$root" && find . | cpio --quiet -o -H newc) >"$work/initramfs"

# --- the boot -------------------------------------------------------------------------------------

# 141 is cmpxchg16b: in QEMU before 8.0 it leaves garbage in the flags, which an interrupt then restores; Linux 6.12 died of it.
case $arch in
  amd64) emulator=(qemu-system-x86_64 -cpu Nehalem) terminal='ttyS0 clearcpuid=141' ;;
  arm64) emulator=(qemu-system-aarch64 -M virt -cpu 'max,pauth=off') terminal=ttyAMA0 ;;
esac
console=${results%.xml}.console
boot() {
  timeout --foreground --kill-after=5 1800 "${emulator[@]}" -accel tcg,thread=multi -smp 2 -m 2048 -nodefaults -no-reboot \
    -display none -serial file:"$console" -kernel "$kernel/vmlinuz" -initrd "$work/initramfs" \
    -append "console=$terminal quiet loglevel=1 panic=-1 suite=$suite" </dev/null || echo "The emulator ended with $?."
}
boot
# While it starts a kernel patches its own code; that the emulator's other processor then stumbles over it says nothing of us.
! grep -q 'Oops: int3' "$console" || { echo "The kernel met its own breakpoint; once more."; boot; }
sed -n '/^<testsuite/,/^<\/testsuite/p' "$console" >"$results"

# For those who read: what was said beside the results, and what failed tests have printed.
sed '/^<testsuite/,/^<\/testsuite/d' "$console"
awk 'BEGIN { RS = "</testcase>" } /<failure/' "$results"
grep -q '^</testsuites*>' "$console" || { echo "It did not come to its end."; tail -n 20 "$console"; exit 1; }
