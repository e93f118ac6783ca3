/* SPDX-License-Identifier: MIT */
/** What every benchmark needs. */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline double nanoseconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/** Says why the program can't go on, and what errno was, and ends it. */
static inline _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s failed (errno: %s)\n", what, strerror(errno));
    exit(1);
}

#endif
