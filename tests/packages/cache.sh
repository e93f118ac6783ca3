#!/usr/bin/env bash
# Empties NuGet's cache, and puts the packages into it that were made here: whatever else the user's sources name. usage: cache.sh
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"
rm -rf "$NUGET_PACKAGES"
quiet dotnet restore "$root/managed/Packed.csproj" -p:PackedFolder="$packages" -p:PackedVersion="$version" -p:ArtifactsPath="$work" --force --nologo -v quiet
cmp "$package" "$NUGET_PACKAGES/linuxevents/$version/linuxevents.$version.nupkg"
