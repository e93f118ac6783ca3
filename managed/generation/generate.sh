#!/bin/sh
# Writes managed/LinuxEvents/Interop/Generated from the public headers of the C library.
set -eu
cd "$(dirname "$0")"

if ! command -v ClangSharpPInvokeGenerator >/dev/null; then
    cat >&2 <<'END'
ClangSharpPInvokeGenerator is not on the PATH. It is one of these:
  dotnet tool install --global ClangSharpPInvokeGenerator    (21 or later, with its libclang and libClangSharp)
  the main branch of https://github.com/dotnet/ClangSharp, built against LLVM 22: see "Building Managed" and
  "Building Native" in its README; Debian and Ubuntu have LLVM as clang-22, libclang-22-dev and llvm-22-dev
END
    exit 1
fi

started=$(mktemp)
trap 'rm -f "$started"' EXIT
ClangSharpPInvokeGenerator @linuxevents.rsp
# What this run did not write belongs to a type that is gone.
find ../LinuxEvents/Interop/Generated -type f ! -newer "$started" -delete
