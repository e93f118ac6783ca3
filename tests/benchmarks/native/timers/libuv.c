/* SPDX-License-Identifier: MIT */
/* Whole milliseconds are all that it has: rounded up. */
#include "timers.h"
#include <uv.h>

static uv_loop_t loop;
static uv_timer_t *timers;

static void on_timer(uv_timer_t *timer)
{
    if (timers_fired(timer - timers))
        uv_stop(&loop);
}

void timers_start(long timer, int64_t delay)
{
    uv_timer_start(&timers[timer], on_timer, (uint64_t)(delay + 999999) / 1000000, 0);
}

void timers_cancel(long timer)
{
    uv_timer_stop(&timers[timer]);
}

void timers_run(void)
{
    uv_run(&loop, UV_RUN_DEFAULT);
}

void timers_make(long count)
{
    uv_loop_init(&loop);
    timers = calloc((size_t)count, sizeof *timers);
    for (long i = 0; i < count; i++)
        uv_timer_init(&loop, &timers[i]);
}
