#!/usr/bin/env bash
# What the README has a new user say, from an empty folder to the printed lines: with no package restored before, by nobody, its output piped.
# usage: first.sh
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

mkdir -p "$work/home/.nuget/NuGet" "$work/folder"
cp -r "$packages" "$work/packages"
cp ~/.nuget/NuGet/NuGet.Config "$work/home/.nuget/NuGet" 2>/dev/null || : # where packages come from here
user=()
as_user() {
  env -u NUGET_PACKAGES HOME="$work/home" MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false "${user[@]}" "$@" # nothing of it stays
}
if [ "$(id -u)" = 0 ]; then
  chmod 755 "$work"
  chown -R 65534:65534 "$work/home" "$work/folder"
  user=(setpriv --reuid 65534 --regid 65534 --clear-groups)
  as_user dotnet --version >/dev/null 2>&1 || { echo "nobody can't run dotnet here: root does"; user=(); }
fi

cd "$work/folder"
# Whoever runs this may have followed the README, in other clones, too.
while IFS= read -r name && IFS= read -r folder; do
  [ "$name" != LinuxEvents ] && ! compgen -G "$folder/LinuxEvents.*.nupkg" >/dev/null || quiet as_user dotnet nuget remove source "$name" </dev/null
done < <(as_user dotnet nuget list source | sed -n 's/^ *[0-9]*\.  *\(.*\) \[[^]]*\]$/\1/p; s/^      *//p')
quiet as_user dotnet nuget add source "$work/packages" --name LinuxEvents
sample commands | grep -v '^dotnet run' >"$work/commands"
[ "$(wc -l <"$work/commands")" = 2 ] || fail "the README shows other commands: $(<"$work/commands")"
quiet as_user bash -e "$work/commands"
sample Program.cs | as_user tee Program.cs >/dev/null
said=$(as_user timeout 200 dotnet run 2>&1 | cat)
[ "$said" = $'hello\nTrue\nexited with code 3' ] || fail "it said: $said"
