#!/usr/bin/env bash
# The C program of the README with an installed LinuxEvents, shared and static. usage: c.sh pkg-config|cmake
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

# Installed in one place and used in another: nothing in it may name the first.
quiet "$root/build.sh" install --prefix "$work/first"
mv "$work/first" "$work/prefix"
! grep -rl -e "$work/first" -e "$root" "$work/prefix" || fail "the installed files above name the place they came from"
quiet "$work/prefix/bin/lxe-info"
cp -r "$here/c" "$work/source"
cd "$work"
sample program.c >source/program.c

needs_library() { # PROGRAM: does it load liblinuxevents at start?
  readelf --dynamic "$1" | grep -q 'NEEDED.*\[liblinuxevents\.so\.1\]'
}

case $1 in
  pkg-config)
    export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig
    build() { # PROGRAM MODE ARGUMENTS...
      # shellcheck disable=SC2046
      quiet cc "${@:2}" -Wall -Wextra -Werror -o "$1" source/program.c $(pkg-config --cflags --libs linuxevents)
    }
    build shared
    build static -static
    export LD_LIBRARY_PATH=$work/prefix/lib
    ;;
  cmake)
    quiet cmake -S source -B tree -G Ninja -D CMAKE_PREFIX_PATH="$work/prefix"
    quiet cmake --build tree
    mv tree/default tree/shared tree/static .
    expect "exited with code 3" ./default
    needs_library default || fail "linuxevents::linuxevents is not the shared library by default"
    ;;
esac

needs_library shared || fail "the shared program does not load the library"
! needs_library static || fail "the static program loads the library"
expect "exited with code 3" ./shared
expect "exited with code 3" ./static
