/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <stdint.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

static sd_event *loop;
static bool ended;

static int on_readable(sd_event_source *source, int descriptor, uint32_t events, void *index)
{
    (void)source, (void)descriptor, (void)events;
    chain_pass((int)(intptr_t)index);
    return 0;
}

static int on_time(sd_event_source *source, uint64_t due, void *unused)
{
    (void)source, (void)due, (void)unused;
    ended = true;
    return 0;
}

void chain_watch(void)
{
    if (sd_event_new(&loop) < 0)
        fail("sd_event_new");
    for (int i = 0; i < chain_count; i++)
        if (sd_event_add_io(loop, NULL, chain_reader(i), EPOLLIN, on_readable, (void *)(intptr_t)i) < 0)
            fail("sd_event_add_io");
}

void chain_run(double seconds)
{
    sd_event_source *timer = NULL;
    /* More urgent than what never ends, or it would starve. */
    if (sd_event_add_time_relative(loop, &timer, CLOCK_MONOTONIC, (uint64_t)(seconds * 1e6), 1, on_time, NULL) < 0 ||
        sd_event_source_set_priority(timer, SD_EVENT_PRIORITY_IMPORTANT) < 0)
        fail("sd_event_add_time_relative");
    for (ended = false; !ended;)
        sd_event_run(loop, UINT64_MAX);
    sd_event_source_unref(timer);
}
