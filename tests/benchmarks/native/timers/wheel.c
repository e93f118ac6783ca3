/* SPDX-License-Identifier: MIT */
/* A hierarchical timing wheel as C programs have it: ticks of a millisecond, four levels of 256 slots, lists within the timers. */
#include "timers.h"
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { BITS = 8, SLOTS = 1 << BITS, LEVELS = 4, TICK = 1000000 };

struct link {
    struct link *next, *previous;
};

struct timer {
    struct link link;
    int64_t tick;
};

static struct link wheels[LEVELS][SLOTS];
static struct timer *timers;
static int64_t present;
static int epoll_fd, timer_fd;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void place(struct timer *timer)
{
    int64_t away = timer->tick - present;
    int level = 0;
    while (level < LEVELS - 1 && away >= 1LL << ((level + 1) * BITS))
        level++;
    struct link *slot = &wheels[level][(timer->tick >> (level * BITS)) & (SLOTS - 1)];
    timer->link.next = slot;
    timer->link.previous = slot->previous;
    slot->previous->next = &timer->link;
    slot->previous = &timer->link;
}

/* Reads the clock, and rounds up: never early. */
void timers_start(long number, int64_t delay)
{
    timers[number].tick = (now() + delay + TICK - 1) / TICK;
    place(&timers[number]);
}

void timers_cancel(long number)
{
    struct link *link = &timers[number].link;
    link->next->previous = link->previous;
    link->previous->next = link->next;
}

static struct link take(int level, int index)
{
    struct link *slot = &wheels[level][index], list = *slot;
    if (list.next == slot)
        return (struct link){0};
    list.previous->next = NULL;
    slot->next = slot->previous = slot;
    return list;
}

static int advance(int64_t tick)
{
    int stop = 0;
    while (present < tick) {
        present++;
        for (int level = 1; level < LEVELS && (present & ((1LL << (level * BITS)) - 1)) == 0; level++) {
            for (struct link *link = take(level, (present >> (level * BITS)) & (SLOTS - 1)).next, *next; link != NULL; link = next) {
                next = link->next;
                place((struct timer *)link);
            }
        }
        for (struct link *link = take(0, present & (SLOTS - 1)).next, *next; link != NULL; link = next) {
            next = link->next;
            stop |= timers_fired((struct timer *)link - timers);
        }
    }
    return stop;
}

void timers_run(void)
{
    struct itimerspec each = {{0, TICK}, {0, TICK}}, none = {0};
    timerfd_settime(timer_fd, 0, &each, NULL);
    for (int stop = 0; !stop;) {
        struct epoll_event event;
        if (epoll_wait(epoll_fd, &event, 1, -1) == 1) {
            uint64_t ticks;
            if (read(timer_fd, &ticks, sizeof ticks) < 0)
                fail("read");
            stop = advance(now() / TICK);
        }
    }
    timerfd_settime(timer_fd, 0, &none, NULL);
}

void timers_make(long count)
{
    for (int level = 0; level < LEVELS; level++)
        for (int i = 0; i < SLOTS; i++)
            wheels[level][i].next = wheels[level][i].previous = &wheels[level][i];
    timers = calloc((size_t)count, sizeof *timers);
    present = now() / TICK;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN};
    if (timer_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &event) != 0)
        fail("timerfd");
}
