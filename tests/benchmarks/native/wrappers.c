/* SPDX-License-Identifier: MIT */
/*
 * What a wrapper costs over libc's syscall() for the same system call. Both are run in turns, in short rounds, and
 * the medians compared, so that whatever else the machine does meets both alike.
 */
#include "measure.h"

#include <linuxevents.h>

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ROUNDS = 301, CALLS = 2000, MOST_EVENTS = 256, PIDFD_SEND_SIGNAL = 424, EPOLL_PWAIT2 = 441 };

static int32_t counter, timer, self, set, sets[3];
static const int32_t set_sizes[3] = {1, 16, MOST_EVENTS};
static struct lxe_epoll_event events[MOST_EVENTS];
static struct epoll_event raw_events[MOST_EVENTS];
static uint64_t value = 1;
static volatile long result; /* each subject stores here, so that none is left by a jump and all have the same depth */

/* The subjects: each makes one call. */
static void write_wrapped(void) { result = lxe_eventfd_write(counter, 1); }
static void write_raw(void) { result = syscall(SYS_write, counter, &value, sizeof value); }
static void read_wrapped(void) { result = lxe_fd_read(timer, &value, sizeof value); }
static void read_raw(void) { result = syscall(SYS_read, timer, &value, sizeof value); }
static void settime_wrapped(void) { result = lxe_timerfd_set(timer, 0, 3600000000001, 0, NULL); }
static void mod_wrapped(void) { result = lxe_epoll_mod(set, counter, LXE_EPOLL_IN, 1); }
static void wait_wrapped(void) { result = lxe_epoll_wait(set, events, MOST_EVENTS, 0, NULL); }
static void wait_raw(void) { result = syscall(SYS_epoll_pwait, set, raw_events, MOST_EVENTS, 0, NULL, 8); }
static void deadline_wrapped(void) { result = lxe_epoll_wait(set, events, MOST_EVENTS, LXE_NO_DEADLINE - 1, NULL); }
static void signal_wrapped(void) { result = lxe_pidfd_signal(self, 0, 0); }
static void signal_raw(void) { result = syscall(PIDFD_SEND_SIGNAL, self, 0, NULL, 0); }

static void settime_raw(void)
{
    struct itimerspec time = {.it_value = {.tv_sec = 3600, .tv_nsec = 1}};
    result = syscall(SYS_timerfd_settime, timer, 0, &time, NULL);
}

static void mod_raw(void)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 1};
    result = syscall(SYS_epoll_ctl, set, EPOLL_CTL_MOD, counter, &event);
}

static void deadline_raw(void) /* the kernel wants a span: whoever has a deadline reads the clock */
{
    struct timespec timeout;
    clock_gettime(CLOCK_MONOTONIC, &timeout);
    timeout.tv_sec = 1000000000 - timeout.tv_sec;
    result = syscall(EPOLL_PWAIT2, set, raw_events, MOST_EVENTS, &timeout, NULL, 8);
}

static double round_of(void (*subject)(void))
{
    double begin = nanoseconds(CLOCK_MONOTONIC);
    for (int i = 0; i < CALLS; i++)
        subject();
    return (nanoseconds(CLOCK_MONOTONIC) - begin) / CALLS;
}

static void compare(const char *name, int count, void (*wrapped)(void), void (*raw)(void))
{
    static double wrapped_rounds[ROUNDS], raw_rounds[ROUNDS], differences[ROUNDS];
    for (int i = -10; i < ROUNDS; i++) { /* the first rounds warm up */
        double one, other;
        if (i % 2 == 0) {
            one = round_of(wrapped);
            other = round_of(raw);
        } else {
            other = round_of(raw);
            one = round_of(wrapped);
        }
        if (i >= 0) {
            wrapped_rounds[i] = one;
            raw_rounds[i] = other;
            differences[i] = one - other;
        }
    }
    double difference = median(differences, ROUNDS);
    printf("%-36s %9.1f %9.1f %+9.1f", name, median(raw_rounds, ROUNDS), median(wrapped_rounds, ROUNDS), difference);
    if (count > 0)
        printf(" %+9.2f", difference / count);
    putchar('\n');
}

int main(void)
{
    counter = lxe_eventfd_create(1, LXE_NONBLOCK);
    timer = lxe_timerfd_create(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    if (counter < 0 || timer < 0)
        fail("making descriptors");
    for (int i = 0; i < 3; i++) {
        sets[i] = lxe_epoll_create(0);
        for (int32_t j = 0; j < set_sizes[i]; j++) {
            int32_t fd = j == 0 ? counter : lxe_eventfd_create(1, 0);
            if (lxe_epoll_add(sets[i], fd, LXE_EPOLL_IN, (uint64_t)j) != 0)
                fail("lxe_epoll_add");
        }
    }
    set = sets[0];
    puts("nanoseconds per call (medians)             raw   wrapped    dearer  per event");
    compare("lxe_eventfd_write", 0, write_wrapped, write_raw);
    compare("lxe_fd_read (-EAGAIN)", 0, read_wrapped, read_raw);
    compare("lxe_timerfd_set", 0, settime_wrapped, settime_raw);
    compare("lxe_epoll_mod", 0, mod_wrapped, mod_raw);
    for (int i = 0; i < 3; i++) {
        char name[64];
        set = sets[i];
        snprintf(name, sizeof name, "lxe_epoll_wait, %d ready", set_sizes[i]);
        compare(name, set_sizes[i], wait_wrapped, wait_raw);
    }
    set = sets[0];
    deadline_raw();
    if (result == 1)
        compare("lxe_epoll_wait with a deadline", 0, deadline_wrapped, deadline_raw);
    self = lxe_pidfd_open((int32_t)getpid(), 0);
    if (self >= 0)
        compare("lxe_pidfd_signal", 0, signal_wrapped, signal_raw);
    return 0;
}
