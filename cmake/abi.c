/* SPDX-License-Identifier: MIT */
/*
 * Holds what the public headers declare for dump-abi.sh to read: structures and signatures in its debug
 * information, constants in its output. Both lists are written by dump-abi.sh.
 */
#include <stdio.h>

#include <linuxevents.h>

/* A pointer's type carries the signature of what it points to, whether or not that is used. */
#define FUNCTION(name) __typeof__(name) *signature_of_##name;
#include "functions.inc"

#define PRINT(kind, type, format) \
    static void put_##kind(const char *name, type value) { printf("constant %s " #kind " " format "\n", name, value); }
PRINT(int32, int, "%d")
PRINT(uint32, unsigned, "%u")
PRINT(int64, long long, "%lld")
PRINT(uint64, unsigned long long, "%llu")

/* No long: its width depends on the processor. */
#define CONSTANT(name) \
    _Generic((name), int: put_int32, unsigned: put_uint32, long long: put_int64, unsigned long long: put_uint64)(#name, name);

int main(void) {
#include "constants.inc"
    return 0;
}
