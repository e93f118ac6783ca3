/* SPDX-License-Identifier: MIT */
/* On 32-bit processors only: timers where the calls with 64-bit seconds are missing or forbidden. */
#include "check.h"

#include <dlfcn.h>
#include <stdarg.h>

#define TIMERFD_GETTIME64 410
#define TIMERFD_SETTIME64 411

static int refusal;
static int refused;

/** Stands before libc's in the library's eyes, too: refuses the wide calls as an old kernel or a sandbox does. */
long syscall(long number, ...)
{
    static long (*real)(long, ...);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    if (refusal != 0 && (number == TIMERFD_GETTIME64 || number == TIMERFD_SETTIME64)) {
        refused++;
        errno = refusal;
        return -1;
    }
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#define SECOND 1000000000LL
#define IN_2106 (4294967296LL * SECOND)

static void check_timer(int32_t wide_result)
{
    struct lxe_timerfd_setting setting;
    int32_t timer = lxe_timerfd_create(LXE_CLOCK_REALTIME, LXE_NONBLOCK);
    CHECK_EQ(lxe_timerfd_set(timer, 0, 3600 * SECOND, 7, NULL), 0);
    CHECK_EQ(lxe_timerfd_set(timer, 0, 7200 * SECOND, 8, &setting), 0);
    CHECK(setting.value > 3500 * SECOND && setting.value <= 3600 * SECOND);
    CHECK_EQ(setting.interval, 7);
    CHECK_EQ(lxe_timerfd_get(timer, &setting), 0);
    CHECK(setting.value > 7100 * SECOND && setting.value <= 7200 * SECOND);
    CHECK_EQ(setting.interval, 8);
    CHECK_EQ(lxe_timerfd_set(timer, LXE_TIMERFD_ABSOLUTE, IN_2106, 0, NULL), wide_result); /* never another time than asked for */
    CHECK_EQ(lxe_timerfd_set(timer, 0, 1, 0, NULL), 0);
    uint64_t expirations;
    while (lxe_timerfd_read(timer, &expirations) == -EAGAIN)
        sched_yield();
    CHECK_EQ(expirations, 1);
    CHECK_EQ(lxe_fd_close_take(timer), 0);
}

static void test_wide_calls(void)
{
    refusal = 0;
    check_timer(0);
}

static void test_refused_as_by_an_old_kernel(void)
{
    refusal = ENOSYS;
    check_timer(-ENOSYS);
    CHECK(refused > 0);
}

static void test_refused_as_by_a_sandbox(void)
{
    static const int errors[] = {EPERM, EACCES, EOPNOTSUPP};
    for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++) {
        refused = 0;
        refusal = errors[i];
        check_timer(-errors[i]);
        CHECK(refused > 0);
    }
}

int main(void)
{
    RUN(test_wide_calls);
    RUN(test_refused_as_by_an_old_kernel);
    RUN(test_refused_as_by_a_sandbox);
    return 0;
}
