/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>

static void test_read_takes_the_sum(void)
{
    uint64_t value = 99;
    int fd = lxe_eventfd_create(3, LXE_NONBLOCK);
    CHECK(fd >= 0);
    CHECK_EQ(lxe_eventfd_write(fd, 4), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 0), 0);
    CHECK_EQ(lxe_eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 7);
    CHECK_EQ(lxe_eventfd_read(fd, &value), -EAGAIN);
    CHECK_EQ(value, 7);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_semaphore_gives_one_at_a_time(void)
{
    uint64_t value;
    int fd = lxe_eventfd_create(2, LXE_EVENTFD_SEMAPHORE | LXE_NONBLOCK);
    CHECK(fd >= 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(lxe_eventfd_read(fd, &value), 0);
        CHECK_EQ(value, 1);
    }
    CHECK_EQ(lxe_eventfd_read(fd, &value), -EAGAIN);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_the_counter_has_a_limit(void)
{
    uint64_t value;
    int fd = lxe_eventfd_create(UINT32_MAX, LXE_NONBLOCK);
    CHECK(fd >= 0);
    CHECK_EQ(lxe_eventfd_write(fd, UINT64_MAX), -EINVAL);
    CHECK_EQ(lxe_eventfd_write(fd, UINT64_MAX - 1 - UINT32_MAX), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 1), -EAGAIN);
    CHECK_EQ(lxe_eventfd_read(fd, &value), 0);
    CHECK(value == UINT64_MAX - 1);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void *write_once_asleep(void *fd)
{
    await_sleep(getpid(), getpid());
    CHECK_EQ(lxe_eventfd_write(*(int *)fd, 5), 0);
    return NULL;
}

static void test_a_read_blocks_until_a_write(void)
{
    uint64_t value = 0;
    pthread_t writer;
    int fd = lxe_eventfd_create(0, 0);
    CHECK(fd >= 0);
    CHECK_EQ(pthread_create(&writer, NULL, write_once_asleep, &fd), 0);
    CHECK_EQ(lxe_eventfd_read(fd, &value), 0);
    CHECK_EQ(value, 5);
    CHECK_EQ(pthread_join(writer, NULL), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_a_signal_interrupts(void)
{
    uint64_t value;
    struct interrupter interrupter;
    int fd = lxe_eventfd_create(0, 0);
    CHECK(fd >= 0);
    start_interrupter(&interrupter);
    CHECK_EQ(lxe_eventfd_read(fd, &value), -EINTR);
    CHECK_EQ(lxe_eventfd_write(fd, UINT64_MAX - 1), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 1), -EINTR);
    stop_interrupter(&interrupter);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_flags_of_the_descriptor(void)
{
    for (uint32_t flags = 0; flags < 4; flags++) {
        int fd = lxe_eventfd_create(0, flags);
        CHECK(fd >= 0);
        CHECK_EQ(MUST(fcntl(fd, F_GETFD)), (flags & LXE_INHERIT) != 0 ? 0 : FD_CLOEXEC);
        CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, (flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
        CHECK_EQ(lxe_fd_close_take(fd), 0);
    }
}

static void test_errors(void)
{
    uint64_t value;
    int32_t read_end, write_end;
    int fd = lxe_eventfd_create(1, LXE_NONBLOCK);
    CHECK(fd >= 0);
    CHECK_EQ(lxe_eventfd_create(0, 0x4), -EINVAL);
    CHECK_EQ(lxe_eventfd_create(0, O_CLOEXEC), -EINVAL);
    CHECK_EQ(lxe_eventfd_read(-1, &value), -EBADF);
    CHECK_EQ(lxe_eventfd_write(-1, 1), -EBADF);
    CHECK_EQ(lxe_eventfd_read(fd, NULL), -EFAULT);
    CHECK_EQ(lxe_eventfd_read(fd, &value), 0); /* the failed read took nothing */
    CHECK_EQ(value, 1);

    CHECK_EQ(lxe_fd_pipe(&read_end, &write_end, LXE_NONBLOCK), 0);
    CHECK_EQ(lxe_fd_write(write_end, "abc", 3), 3);
    CHECK_EQ(lxe_eventfd_read(read_end, &value), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(read_end), 0);
    CHECK_EQ(lxe_fd_close_take(write_end), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

int main(void)
{
    RUN(test_read_takes_the_sum);
    RUN(test_semaphore_gives_one_at_a_time);
    RUN(test_the_counter_has_a_limit);
    RUN(test_a_read_blocks_until_a_write);
    RUN(test_a_signal_interrupts);
    RUN(test_flags_of_the_descriptor);
    RUN(test_errors);
    return 0;
}
