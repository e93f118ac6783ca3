#!/usr/bin/env bash
# The .NET program of the README with LinuxEvents, from its package or by reference to its project, in one of the ways in which
# programs are published. usage: dotnet.sh package|project jit|self-contained|trimmed|single-file|nativeaot|other-processor
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

cp "$here"/dotnet/* "$work"
cd "$work"
sample Program.cs >"$work/Program.cs"
[[ $(<"$root/managed/README.md") == *"$(<Program.cs)"* ]] || fail "the package's page, managed/README.md, shows another program than README.md"
program=$1
export LinuxEvents=$root/managed/LinuxEvents LinuxEventsVersion=$version

build() { # VERB ARGUMENTS...
  quiet dotnet "$1" "$program.csproj" "${@:2}" -c Release --nologo -v quiet -warnaserror
}

runs() { # COMMAND...
  expect $'hello\nTrue\nexited with code 3' "$@"
}

# Not the newest framework, whose runtime packs not every package source has: the package's asset for net8.0 serves it.
export ConsumerFramework=net9.0
case $2 in
  jit)
    export ConsumerFramework=net10.0
    build build -o out
    runs dotnet exec "out/$program.dll"
    [ "$program" = package ] && [ "$rid" = linux-x64 ] || exit 0
    DOTNET_JitDisasmSummary=1 DOTNET_JitStdOutFile=$work/compiled runs dotnet exec "out/$program.dll"
    grep -q "JIT compiled Program" compiled || fail "the runtime does not tell what it compiles: $(<compiled)"
    ! grep "JIT compiled LinuxEvents\.[^\[]*:[^\[]*(" compiled || fail "the methods above had to be compiled, though the package has them compiled ahead"
    ;;
  self-contained)
    build publish -r "$rid" --self-contained -o out
    runs "out/$program"
    ;;
  trimmed)
    build publish -r "$rid" --self-contained -p:PublishTrimmed=true -o out
    runs "out/$program"
    ;;
  single-file)
    build publish -r "$rid" --self-contained -p:PublishSingleFile=true -p:IncludeNativeLibrariesForSelfExtract=true -p:DebugType=embedded -o out
    [ "$(ls out)" = "$program" ] || fail "besides the program there are: $(ls out)"
    DOTNET_BUNDLE_EXTRACT_BASE_DIR=$work/extracted runs "out/$program"
    ;;
  nativeaot)
    need_plain_cache
    export ConsumerAot=true
    ConsumerStatic=true build publish -o static
    [ -z "$(find static -name '*.so*')" ] || fail "a shared library lies beside the program"
    runs "static/$program"

    LinuxEventsStaticLink=false build publish -o shared
    runs "shared/$program"
    rm shared/liblinuxevents.so
    ! { "shared/$program"; } >/dev/null 2>&1 || fail "the C library was linked in, though not asked for"
    ;;
  other-processor)
    export ConsumerFramework=net10.0
    portable=(--self-contained false -p:UseAppHost=false)
    for other in linux-arm64:AArch64 linux-musl-x64:X86-64 linux-arm:ARM linux-riscv64:RISC-V; do
      [ -d "$root/artifacts/native/packed/$(sed 's/-musl//' <<<"${other%:*}")" ] || { echo "${other%:*} was not packed here"; continue; }
      build publish -r "${other%:*}" "${portable[@]}" -o "${other%:*}"
      readelf -h "${other%:*}/liblinuxevents.so" | grep -q "Machine:.*${other#*:}" || fail "${other%:*} has the library of another processor"
    done
    ! dotnet publish "$program.csproj" -r linux-x86 "${portable[@]}" --nologo -v quiet >log 2>&1 || fail "published without its library"
    grep -q "error LINUXEVENTS001: .*no native library for linux-x86" log || { cat log; fail "the missing library was not the error"; }
    LinuxEventsAllowMissingLibrary=true build publish -r linux-x86 "${portable[@]}" -o none
    ;;
esac

if [ "$program" = package ]; then
  cmp "$package" "$NUGET_PACKAGES"/linuxevents/"$version"/linuxevents.*.nupkg
  ! grep -rl "$root" "$NUGET_PACKAGES"/linuxevents/"$version"/[!.]* || fail "the packed files above name the place they were built in"
fi
