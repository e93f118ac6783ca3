/* SPDX-License-Identifier: MIT */
#include "timers.h"
#include <ev.h>

static struct ev_loop *loop;
static ev_timer *timers;

static void on_timer(struct ev_loop *unused, ev_timer *timer, int events)
{
    (void)unused, (void)events;
    if (timers_fired(timer - timers))
        ev_break(loop, EVBREAK_ONE);
}

void timers_start(long timer, int64_t delay)
{
    ev_timer_set(&timers[timer], (double)delay / 1e9, 0);
    ev_timer_start(loop, &timers[timer]);
}

void timers_cancel(long timer)
{
    ev_timer_stop(loop, &timers[timer]);
}

void timers_run(void)
{
    ev_run(loop, 0);
}

void timers_make(long count)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    timers = calloc((size_t)count, sizeof *timers);
    for (long i = 0; i < count; i++)
        ev_init(&timers[i], on_timer);
}
