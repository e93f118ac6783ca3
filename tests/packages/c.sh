#!/usr/bin/env bash
# A C program that uses an installed LinuxEvents, shared and static. usage: c.sh pkg-config|cmake
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

# Installed in one place and used in another: nothing in it may name the first.
quiet "$root/build.sh" install --prefix "$work/first"
mv "$work/first" "$work/prefix"
! grep -rIl "$work/first" "$work/prefix" || fail "the installed files above name the place they were installed to"
cp -r "$here/c" "$work/source"
cd "$work"

needs_library() { # PROGRAM: does it load liblinuxevents at start?
  readelf --dynamic "$1" | grep -q 'NEEDED.*\[liblinuxevents\.so\.1\]'
}

case $1 in
  pkg-config)
    export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
    build() { # PROGRAM MODE ARGUMENTS...
      # shellcheck disable=SC2046
      quiet cc "${@:2}" -Wall -Wextra -Werror -o "$1" source/main.c $(pkg-config --cflags --libs linuxevents)
    }
    build shared
    build static -static
    export LD_LIBRARY_PATH=$work/prefix/lib
    ;;
  cmake)
    quiet cmake -S source -B tree -G Ninja -D CMAKE_PREFIX_PATH="$work/prefix"
    quiet cmake --build tree
    mv tree/default tree/shared tree/static .
    expect "7 arrived" ./default
    needs_library default || fail "linuxevents::linuxevents is not the shared library by default"
    ;;
esac

needs_library shared || fail "the shared program does not load the library"
! needs_library static || fail "the static program loads the library"
expect "7 arrived" ./shared
expect "7 arrived" ./static
