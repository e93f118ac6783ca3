/* SPDX-License-Identifier: MIT */
/** Two ways to do the same, measured in turns and compared by their medians. */
#ifndef MEASURE_H
#define MEASURE_H

#include "bench.h"

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

#endif
