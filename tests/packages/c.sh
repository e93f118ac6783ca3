#!/usr/bin/env bash
# The C program of the README with the archive that `pack` makes, shared and static; or whether `install` makes the same files.
# usage: c.sh pkg-config|cmake|install
# shellcheck source=tests/packages/common.sh
. "$(dirname "$0")/common.sh"

tar -C "$work" -xf "$root/artifacts/linuxevents-$version-$rid.tar.gz"
mv "$work/linuxevents-$version-$rid" "$work/prefix"
! grep -rl "$root" "$work/prefix" || fail "the files above name the place they came from"
if [ "$1" = install ]; then
  # Installed in one place and used in another: nothing in it may name the first.
  quiet "$root/build.sh" install --prefix "$work/first"
  mv "$work/first" "$work/second"
  ! grep -rl -e "$work/first" -e "$root" "$work/second" || fail "the installed files above name the place they came from"
  diff <(cd "$work/second" && find . | sort) <(cd "$work/prefix" && find . ! -name LICENSE ! -name '*.md' ! -path './examples*' | sort) || fail "install and pack differ, see above"
  exit
fi
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
