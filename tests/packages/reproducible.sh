#!/usr/bin/env bash
# The package made of a clone elsewhere has the same bytes; where the clone's remote is known, symbols and package name it. usage: reproducible.sh
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

git -C "$root" diff --quiet HEAD || { echo "skipped: there are changes that are not committed"; exit 77; }
unset NUGET_PACKAGES # what is compared is not the restore
for place in first second/deeper; do
  quiet git clone -q "$root" "$work/$place"
  quiet "$work/$place/build.sh" pack
done
cd "$work"
for made in first/artifacts/packages/*.nupkg first/artifacts/*.tar.gz; do
  cmp "$made" "second/deeper/${made#first/}"
done

git -C first remote set-url origin https://github.com/owner/repository.git
quiet dotnet pack first/managed/LinuxEvents -c Release -o linked --nologo -v quiet
unzip -q linked/LinuxEvents.[0-9]*.nupkg -d unpacked
commit=$(git -C first rev-parse HEAD)
grep -q "<repository type=\"git\" url=\"https://github.com/owner/repository.git\".* commit=\"$commit\"" unpacked/LinuxEvents.nuspec ||
  { cat unpacked/LinuxEvents.nuspec; fail "the package does not name its sources"; }
link=$(find first/artifacts/obj/LinuxEvents -name '*.sourcelink.json' -exec cat {} +)
[[ $link == *'"/_/*":"https://raw.githubusercontent.com/owner/repository/'$commit'/*"'* ]] || fail "the symbols name no sources: $link"
