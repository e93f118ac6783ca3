/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <ev.h>
#include <stdint.h>

static struct ev_loop *loop;

static void on_readable(struct ev_loop *unused, ev_io *watcher, int events)
{
    (void)unused, (void)events;
    chain_pass((int)(intptr_t)watcher->data);
}

static void on_time(struct ev_loop *running, ev_timer *timer, int events)
{
    (void)timer, (void)events;
    ev_break(running, EVBREAK_ALL);
}

void chain_watch(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    ev_io *watchers = calloc((size_t)chain_count, sizeof *watchers);
    for (int i = 0; i < chain_count; i++) {
        ev_io_init(&watchers[i], on_readable, chain_reader(i), EV_READ);
        watchers[i].data = (void *)(intptr_t)i;
        ev_io_start(loop, &watchers[i]);
    }
}

void chain_run(double seconds)
{
    ev_timer timer;
    ev_now_update(loop);
    ev_timer_init(&timer, on_time, seconds, 0);
    ev_timer_start(loop, &timer);
    ev_run(loop, 0);
}
