/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <event2/event.h>
#include <stdint.h>

static struct event_base *base;

static void on_readable(evutil_socket_t descriptor, short events, void *index)
{
    (void)descriptor, (void)events;
    chain_pass((int)(intptr_t)index);
}

void chain_watch(void)
{
    base = event_base_new();
    for (int i = 0; i < chain_count; i++) {
        struct event *event = event_new(base, chain_reader(i), EV_READ | EV_PERSIST, on_readable, (void *)(intptr_t)i);
        if (event_add(event, NULL) != 0)
            fail("event_add");
    }
}

void chain_run(double seconds)
{
    struct timeval span = {(time_t)seconds, (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6)};
    event_base_loopexit(base, &span);
    event_base_dispatch(base);
}
