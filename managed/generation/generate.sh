#!/bin/sh
# Writes managed/LinuxEvents/Interop/Generated from the public headers of the C library.
set -eu
cd "$(dirname "$0")"

if ! command -v ClangSharpPInvokeGenerator >/dev/null; then
  cat >&2 <<'END'
ClangSharpPInvokeGenerator, 21 or later, is not on the PATH. Get it by one of these:
  dotnet tool install --global ClangSharpPInvokeGenerator
    Its README says where libclang and libClangSharp, which it loads, come from.
  The main branch of https://github.com/dotnet/ClangSharp, built against LLVM 22 as its README says.
    Debian and Ubuntu have LLVM 22 in the packages clang-22, libclang-22-dev and llvm-22-dev.
END
  exit 1
fi

started=$(mktemp)
trap 'rm -f "$started"' EXIT
ClangSharpPInvokeGenerator @linuxevents.rsp
# What this run did not write belongs to a type that is gone.
find ../LinuxEvents/Interop/Generated -type f ! -newer "$started" -delete
