# Debian: musl-tools. What it makes runs here. musl-gcc leaves the kernel's headers out: they come last.
set(CMAKE_C_COMPILER musl-gcc)
add_compile_options(-idirafter/usr/include -idirafter/usr/include/x86_64-linux-gnu)
