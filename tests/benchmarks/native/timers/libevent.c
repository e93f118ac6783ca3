/* SPDX-License-Identifier: MIT */
#include "timers.h"
#include <event2/event.h>

static struct event_base *base;
static struct event **timers;

static void on_timer(evutil_socket_t unused, short events, void *timer)
{
    (void)unused, (void)events;
    if (timers_fired((long)(intptr_t)timer))
        event_base_loopbreak(base);
}

void timers_start(long timer, int64_t delay)
{
    struct timeval time = {delay / 1000000000, delay % 1000000000 / 1000};
    event_add(timers[timer], &time);
}

void timers_cancel(long timer)
{
    event_del(timers[timer]);
}

void timers_run(void)
{
    event_base_loop(base, 0);
}

void timers_make(long count)
{
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    base = event_base_new_with_config(config);
    event_config_free(config);
    timers = calloc((size_t)count, sizeof(struct event *));
    for (long i = 0; i < count; i++)
        if ((timers[i] = event_new(base, -1, 0, on_timer, (void *)(intptr_t)i)) == NULL)
            fail("event_new");
}
