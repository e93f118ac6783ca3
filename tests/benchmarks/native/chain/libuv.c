/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <stdint.h>
#include <uv.h>

static uv_loop_t loop;

static void on_readable(uv_poll_t *watcher, int status, int events)
{
    (void)status, (void)events;
    chain_pass((int)(intptr_t)watcher->data);
}

static void on_time(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

void chain_watch(void)
{
    uv_loop_init(&loop);
    uv_poll_t *watchers = calloc((size_t)chain_count, sizeof *watchers);
    for (int i = 0; i < chain_count; i++) {
        if (uv_poll_init(&loop, &watchers[i], chain_reader(i)) != 0)
            fail("uv_poll_init");
        watchers[i].data = (void *)(intptr_t)i;
        uv_poll_start(&watchers[i], UV_READABLE, on_readable);
    }
}

void chain_run(double seconds)
{
    static uv_timer_t timer;
    uv_timer_init(&loop, &timer);
    uv_update_time(&loop);
    uv_timer_start(&timer, on_time, (uint64_t)(seconds * 1000), 0);
    uv_run(&loop, UV_RUN_DEFAULT);
}
