/* SPDX-License-Identifier: MIT */
/*
 * Timers, by the first argument:
 *   start COUNT      a round starts so many timers, over a minute, and cancels them all. An event is one start and one cancellation.
 *   fire COUNT       a round starts so many, over a second, and lets them fire. The answer is processor nanoseconds for each, and how many
 *                    microseconds half and 99 of 100 were late at most.
 *   lateness MICROS  a round starts one after the other. The same answer.
 *   memory COUNT     the answer is bytes for each timer that is started.
 */
#include "timers.h"
#include <malloc.h>

static long count, left, next;
static int64_t delay;
static double *due, *late;
static int one_by_one;
static double end;

static int by_value(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* Spreads the numbers below count. */
static int64_t spread(long number, int64_t span)
{
    return (int64_t)((double)(number * 7919L % count) / (double)count * (double)span);
}

static void start(long timer, int64_t span)
{
    due[timer] = nanoseconds(CLOCK_MONOTONIC) + (double)span;
    timers_start(timer, span);
}

int timers_fired(long timer)
{
    double now = nanoseconds(CLOCK_MONOTONIC);
    if (!one_by_one) {
        late[--left] = now - due[timer];
        return left == 0;
    }
    late[next++] = now - due[timer];
    if (next == count || now >= end)
        return 1;
    start(timer, delay);
    return 0;
}

static long start_and_cancel(double seconds)
{
    long served = 0;
    for (double stop = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9; nanoseconds(CLOCK_MONOTONIC) < stop; served += count) {
        for (long i = 0; i < count; i++)
            timers_start(i, 1000000 + spread(i, 60000000000));
        for (long i = 0; i < count; i++)
            timers_cancel(i);
    }
    return served;
}

static void answer(double cpu, long samples)
{
    qsort(late, (size_t)samples, sizeof *late, by_value);
    printf("%.2f %.2f %.2f %.2f\n", cpu / (double)samples, late[samples / 2] / 1e3, late[samples * 99 / 100] / 1e3, late[0] / 1e3);
}

static void play(double seconds)
{
    double cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    if (one_by_one) {
        next = 0;
        end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9;
        start(0, delay);
        timers_run();
        answer(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, next);
        return;
    }
    left = count;
    for (long i = 0; i < count; i++)
        start(i, 100000000 + spread(i, 1000000000));
    timers_run();
    answer(nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, count);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    count = atol(argv[2]);
    if (strcmp(argv[1], "memory") == 0) {
        size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
        timers_make(count);
        for (long i = 0; i < count; i++)
            timers_start(i, 1000000000 + spread(i, 60000000000));
        printf("ready\n%.1f\n", (double)(mallinfo2().uordblks + mallinfo2().hblkhd - before) / (double)count);
        return 0;
    }
    if (strcmp(argv[1], "start") == 0) {
        timers_make(count);
        return contest(start_and_cancel);
    }
    one_by_one = strcmp(argv[1], "lateness") == 0;
    delay = count * 1000;
    if (one_by_one)
        count = 1000000;
    due = calloc((size_t)count, sizeof *due);
    late = calloc((size_t)count, sizeof *late);
    timers_make(one_by_one ? 1 : count);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    for (double seconds; scanf("%lf", &seconds) == 1;)
        play(seconds);
    return 0;
}
