/* SPDX-License-Identifier: MIT */
/* Two loops wake each other in turn by uv_async_send. An event is one wake-up. */
#include "../contest.h"
#include <stdbool.h>
#include <uv.h>

static uv_loop_t here, there;
static uv_async_t ping, pong;
static double end;
static long served;

static void on_ping(uv_async_t *unused)
{
    (void)unused;
    uv_async_send(&pong);
}

static void on_pong(uv_async_t *unused)
{
    (void)unused;
    served += 2;
    if (nanoseconds(CLOCK_MONOTONIC) < end)
        uv_async_send(&ping);
    else
        uv_stop(&here);
}

static void answer(void *unused)
{
    (void)unused;
    uv_run(&there, UV_RUN_DEFAULT);
}

static long run(double seconds)
{
    long before = served;
    end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9;
    uv_async_send(&ping);
    uv_run(&here, UV_RUN_DEFAULT);
    return served - before;
}

int main(void)
{
    uv_thread_t thread;
    uv_loop_init(&here);
    uv_loop_init(&there);
    uv_async_init(&there, &ping, on_ping);
    uv_async_init(&here, &pong, on_pong);
    if (uv_thread_create(&thread, answer, NULL) != 0)
        fail("uv_thread_create");
    return contest(run);
}
