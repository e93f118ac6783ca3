/* SPDX-License-Identifier: MIT */
/** Two ways to do the same, measured in turns and compared by their medians. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double nanoseconds(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline int by_value(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static inline double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

/** A line of two spawns' times. */
static inline void print_spawns(const char *what, const char *name, double *times, const char *other, double *others, size_t count)
{
    double first = median(times, count) / 1e3, second = median(others, count) / 1e3;
    printf("%-15s %s %6.1f us, %s %6.1f us, ratio %.3f\n", what, name, first, other, second, second / first);
}

static inline _Noreturn void fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    exit(1);
}

#endif
