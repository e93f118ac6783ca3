#!/usr/bin/env bash
# The generic host that the page of LinuxEvents.Extensions.Hosting shows, with the packages, stopped by SIGTERM. usage: host.sh jit|nativeaot
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

export LinuxEventsVersion=$version
cp "$here/host/package.csproj" "$work"
cd "$work"
sample Program.cs "$root/managed/LinuxEvents.Extensions.Hosting/README.md" >Program.cs
case $1 in
  jit)
    export ConsumerFramework=net10.0
    quiet dotnet build package.csproj -c Release -o out --nologo -v quiet -warnaserror
    program=(dotnet exec out/package.dll)
    ;;
  nativeaot)
    need_plain_cache
    export ConsumerFramework=net9.0 ConsumerAot=true
    quiet dotnet publish package.csproj -c Release -o out --nologo -v quiet -warnaserror
    program=(out/package)
    ;;
esac
cmp "$packages/LinuxEvents.Extensions.Hosting.$version.nupkg" "$NUGET_PACKAGES/linuxevents.extensions.hosting/$version"/*.nupkg

mkfifo said
Logging__LogLevel__Default=Debug timeout 60 "${program[@]}" >said 2>&1 &
host=$!
exec 3<said
said=
while [[ $said != *"Hosting started"* ]]; do
  IFS= read -r line <&3 || fail "it ended before it had started: $said"
  said+=$line$'\n'
done
# timeout hands the signal on.
kill -TERM $host
said+=$(cat <&3)
status=0
wait $host || status=$?
[ $status -eq 0 ] || fail "it ended with $status: $said"
[[ $said == *"Stopping: SIGTERM from process $host of user $UID"*"Hosting stopped"* ]] || fail "it said: $said"
