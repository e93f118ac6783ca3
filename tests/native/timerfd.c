/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>

#define SECOND 1000000000LL

static int make(int32_t clock, uint32_t flags)
{
    int fd = lxe_timerfd_create(clock, flags);
    CHECK(fd >= 0);
    return fd;
}

static int64_t clock_now(int32_t clock)
{
    struct timespec time;
    MUST(clock_gettime(clock, &time));
    return (int64_t)time.tv_sec * SECOND + time.tv_nsec;
}

static void test_never_early_on_any_clock(void)
{
    static const int32_t clocks[] = {LXE_CLOCK_MONOTONIC, LXE_CLOCK_REALTIME, LXE_CLOCK_BOOTTIME};
    static const int64_t spans[] = {1, 1000, 50000, 999999, 2000001};
    uint64_t expirations;
    for (size_t i = 0; i < 3; i++) {
        int kernels = timerfd_create(clocks[i], 0);
        if (kernels < 0 && errno == EINVAL && clocks[i] == LXE_CLOCK_BOOTTIME) {
            printf("  skipped: CLOCK_BOOTTIME, the kernel has no timerfd for it\n");
            continue;
        }
        MUST(close(MUST(kernels)));
        int fd = make(clocks[i], 0);
        for (size_t j = 0; j < 5; j++) {
            int64_t start = clock_now(clocks[i]);
            CHECK_EQ(lxe_timerfd_set(fd, 0, spans[j], 0, NULL), 0);
            CHECK_EQ(lxe_timerfd_read(fd, &expirations), 0);
            CHECK_EQ(expirations, 1);
            CHECK(clock_now(clocks[i]) >= start + spans[j]);

            int64_t due = clock_now(clocks[i]) + spans[j];
            CHECK_EQ(lxe_timerfd_set(fd, LXE_TIMERFD_ABSOLUTE, due, 0, NULL), 0);
            CHECK_EQ(lxe_timerfd_read(fd, &expirations), 0);
            CHECK_EQ(expirations, 1);
            CHECK(clock_now(clocks[i]) >= due);
        }
        CHECK_EQ(lxe_fd_close_take(fd), 0);
    }
}

static void test_an_interval_counts_what_was_missed(void)
{
    uint64_t expirations;
    int fd = make(LXE_CLOCK_MONOTONIC, 0); /* blocking: even a timer of the past goes off a moment later */
    int64_t past = now() - 1000 * SECOND;
    CHECK_EQ(lxe_timerfd_set(fd, LXE_TIMERFD_ABSOLUTE, past > 0 ? past : 1, SECOND, NULL), 0);
    CHECK_EQ(lxe_timerfd_read(fd, &expirations), 0);
    CHECK(expirations >= (past > 0 ? 1000 : 1));
    struct lxe_timerfd_setting setting;
    CHECK_EQ(lxe_timerfd_get(fd, &setting), 0);
    CHECK_EQ(setting.interval, SECOND);
    CHECK(setting.value >= 0 && setting.value <= SECOND);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_zero_disarms(void)
{
    uint64_t expirations;
    struct lxe_timerfd_setting setting, former;
    int fd = make(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    CHECK_EQ(lxe_timerfd_get(fd, &setting), 0);
    CHECK_EQ(setting.value, 0);
    CHECK_EQ(setting.interval, 0);
    CHECK_EQ(lxe_timerfd_read(fd, &expirations), -EAGAIN);
    CHECK_EQ(lxe_timerfd_set(fd, 0, 3600 * SECOND, 5, NULL), 0);
    CHECK_EQ(lxe_timerfd_set(fd, 0, 0, 7, &former), 0);
    CHECK(former.value > 0 && former.value <= 3600 * SECOND);
    CHECK_EQ(former.interval, 5);
    CHECK_EQ(lxe_timerfd_get(fd, &setting), 0);
    CHECK_EQ(setting.value, 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

/* 2^63-1 ns neither overflows nor fires, and what is left of it fits. */
static void test_huge_times(void)
{
    uint64_t expirations;
    struct lxe_timerfd_setting setting;
    int fd = make(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    for (uint32_t flags = 0; flags <= LXE_TIMERFD_ABSOLUTE; flags += LXE_TIMERFD_ABSOLUTE) {
        int32_t result = lxe_timerfd_set(fd, flags, INT64_MAX, INT64_MAX, NULL);
        if (sizeof(long) == 4 && (result == -ENOSYS || result == -EPERM)) {
            printf("  skipped: 64-bit times (%s)\n", strerror(-result));
            break;
        }
        CHECK_EQ(result, 0);
        CHECK_EQ(lxe_timerfd_get(fd, &setting), 0);
        CHECK(setting.value > INT64_MAX / 2);
        CHECK_EQ(setting.interval, INT64_MAX);
        CHECK_EQ(lxe_timerfd_read(fd, &expirations), -EAGAIN);
    }
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_setting_again_forgets_expirations(void)
{
    uint64_t expirations;
    int fd = make(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    CHECK_EQ(lxe_timerfd_set(fd, LXE_TIMERFD_ABSOLUTE, 1, 0, NULL), 0); /* long past: expired already */
    CHECK_EQ(lxe_timerfd_set(fd, 0, 3600 * SECOND, 0, NULL), 0);
    CHECK_EQ(lxe_timerfd_read(fd, &expirations), -EAGAIN);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

/* The clock itself is never set here: it is shared. That the flag is taken is all that can be seen. */
static void test_cancel_on_set_is_accepted(void)
{
    uint64_t expirations;
    int fd = make(LXE_CLOCK_REALTIME, LXE_NONBLOCK);
    CHECK_EQ(lxe_timerfd_set(fd, LXE_TIMERFD_ABSOLUTE | LXE_TIMERFD_CANCEL_ON_SET,
                             clock_now(LXE_CLOCK_REALTIME) + 3600 * SECOND, 0, NULL), 0);
    CHECK_EQ(lxe_timerfd_read(fd, &expirations), -EAGAIN);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_flags_of_the_descriptor(void)
{
    for (uint32_t flags = 0; flags < 4; flags++) {
        int fd = make(LXE_CLOCK_MONOTONIC, flags);
        CHECK_EQ(MUST(fcntl(fd, F_GETFD)), (flags & LXE_INHERIT) != 0 ? 0 : FD_CLOEXEC);
        CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, (flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
        CHECK_EQ(lxe_fd_close_take(fd), 0);
    }
}

static int try_alarm_clock(void *unused)
{
    (void)unused;
    if (setuid(65534) != 0)
        return 2;
    int32_t fd = lxe_timerfd_create(LXE_CLOCK_BOOTTIME_ALARM, 0);
    if (fd >= 0) /* some kernels ask for the right only here */
        fd = lxe_timerfd_set(fd, 0, SECOND, 0, NULL);
    return fd == -EPERM ? 0 : 1;
}

static void test_an_alarm_clock_needs_a_right(void)
{
    if (geteuid() != 0) {
        printf("  skipped: test_an_alarm_clock_needs_a_right, needs root to give up rights\n");
        return;
    }
    int kernels = timerfd_create(CLOCK_BOOTTIME_ALARM, 0);
    if (kernels < 0) { /* no clock that wakes the system; a container; a kernel before 3.11 */
        printf("  skipped: test_an_alarm_clock_needs_a_right, no alarm clock here (%s)\n", strerror(errno));
        return;
    }
    MUST(close(kernels));
    CHECK_EQ(lxe_fd_close_take(make(LXE_CLOCK_BOOTTIME_ALARM, 0)), 0);
    int status = reap_child(start_child(try_alarm_clock, NULL));
    CHECK(WIFEXITED(status));
    CHECK_EQ(WEXITSTATUS(status), 0);
}

static void test_errors(void)
{
    uint64_t expirations;
    struct lxe_timerfd_setting setting;
    int32_t read_end, write_end;
    int fd = make(LXE_CLOCK_MONOTONIC, LXE_NONBLOCK);
    CHECK_EQ(lxe_timerfd_create(12345, 0), -EINVAL);
    CHECK_EQ(lxe_timerfd_create(LXE_CLOCK_MONOTONIC, 0x4), -EINVAL);
    CHECK_EQ(lxe_timerfd_create(LXE_CLOCK_MONOTONIC, O_CLOEXEC), -EINVAL);
    CHECK_EQ(lxe_timerfd_set(fd, 0, -1, 0, NULL), -EINVAL);
    CHECK_EQ(lxe_timerfd_set(fd, 0, INT64_MIN, 0, NULL), -EINVAL);
    CHECK_EQ(lxe_timerfd_set(fd, 0, 1, -1, NULL), -EINVAL);
    CHECK_EQ(lxe_timerfd_set(fd, 1, 1, 0, NULL), -EINVAL);
    CHECK_EQ(lxe_timerfd_set(-1, 0, 1, 0, NULL), -EBADF);
    CHECK_EQ(lxe_timerfd_get(fd, NULL), -EFAULT);
    CHECK_EQ(lxe_timerfd_get(-1, &setting), -EBADF);
    CHECK_EQ(lxe_timerfd_read(-1, &expirations), -EBADF);

    CHECK_EQ(lxe_fd_pipe(&read_end, &write_end, LXE_NONBLOCK), 0);
    CHECK_EQ(lxe_timerfd_set(read_end, 0, 1, 0, NULL), -EINVAL);
    CHECK_EQ(lxe_timerfd_get(read_end, &setting), -EINVAL);
    CHECK_EQ(lxe_fd_write(write_end, "abc", 3), 3);
    CHECK_EQ(lxe_timerfd_read(read_end, &expirations), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(read_end), 0);
    CHECK_EQ(lxe_fd_close_take(write_end), 0);

    CHECK_EQ(lxe_timerfd_set(fd, LXE_TIMERFD_ABSOLUTE, 1, 0, NULL), 0);
    CHECK_EQ(MUST(poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1)), 1);
    CHECK_EQ(lxe_timerfd_read(fd, NULL), -EFAULT);
    CHECK_EQ(lxe_timerfd_read(fd, &expirations), 0); /* the failed read took nothing */
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

int main(void)
{
    RUN(test_never_early_on_any_clock);
    RUN(test_an_interval_counts_what_was_missed);
    RUN(test_zero_disarms);
    RUN(test_huge_times);
    RUN(test_setting_again_forgets_expirations);
    RUN(test_cancel_on_set_is_accepted);
    RUN(test_flags_of_the_descriptor);
    RUN(test_an_alarm_clock_needs_a_right);
    RUN(test_errors);
    return 0;
}
