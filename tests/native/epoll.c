/* SPDX-License-Identifier: MIT */
/* Sets and registrations. Readiness is in epoll_ready.c, deadlines and signals in epoll_wait.c. */
#include "epoll_check.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <stddef.h>
#include <sys/resource.h>

static void test_a_reused_number_brings_no_stale_event(void)
{
    int set = make_set(), fd = make_counter(1);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(lxe_epoll_del(set, fd), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
    CHECK_EQ(make_counter(0), fd);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 2), 0);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 1), 0);
    expect(set, LXE_EPOLL_IN, 2);
    close_all(set, fd, -1);
}

/* Why one removes before one closes. */
static void test_a_closed_descriptor_reports_while_a_copy_lives(void)
{
    int set = make_set(), fd = make_counter(1);
    int copy = lxe_fd_dup(fd, -1, 0);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
    expect(set, LXE_EPOLL_IN, 1);
    CHECK_EQ(lxe_epoll_del(set, fd), -EBADF);
    CHECK_EQ(lxe_epoll_del(set, copy), -ENOENT);
    CHECK_EQ(lxe_fd_close_take(copy), 0);
    CHECK_EQ(look(set), 0);

    fd = make_counter(1);
    copy = lxe_fd_dup(fd, -1, 0);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(lxe_epoll_del(set, fd), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
    CHECK_EQ(look(set), 0);
    close_all(set, copy, -1);
}

static void test_always_ready_files_are_refused(void)
{
    int set = make_set(), null = MUST(open("/dev/null", O_RDWR | O_CLOEXEC)), file = MUST(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    CHECK_EQ(lxe_epoll_add(set, null, LXE_EPOLL_IN, 0), -EPERM);
    CHECK_EQ(lxe_epoll_add(set, file, LXE_EPOLL_IN, 0), -EPERM);
    close_all(set, null, file);
}

static void test_sets_within_sets(void)
{
    int inner = make_set(), outer = make_set(), fd = make_counter(0);
    CHECK_EQ(lxe_epoll_add(inner, inner, LXE_EPOLL_IN, 0), -EINVAL);
    CHECK_EQ(lxe_epoll_add(outer, inner, LXE_EPOLL_IN, 7), 0);
    CHECK_EQ(lxe_epoll_add(inner, outer, LXE_EPOLL_IN, 0), -ELOOP);
    CHECK_EQ(lxe_epoll_add(inner, fd, LXE_EPOLL_IN, 8), 0);
    CHECK_EQ(look(outer), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 1), 0);
    expect(outer, LXE_EPOLL_IN, 7);
    expect(inner, LXE_EPOLL_IN, 8);
    drain_counter(fd);
    CHECK_EQ(look(outer), 0);
    close_all(outer, inner, fd);
}

static int use_and_close(void *descriptors)
{
    int *fds = descriptors;
    expect(fds[0], LXE_EPOLL_IN, 1);
    CHECK_EQ(lxe_fd_close_take(fds[1]), 0);
    CHECK_EQ(lxe_fd_close_take(fds[0]), 0);
    return 0;
}

static void test_a_forked_child_leaves_the_set_alone(void)
{
    int fds[2] = {make_set(), make_counter(1)};
    CHECK_EQ(lxe_epoll_add(fds[0], fds[1], LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(reap_child(start_child(use_and_close, fds)), 0);
    expect(fds[0], LXE_EPOLL_IN, 1);
    CHECK_EQ(lxe_epoll_del(fds[0], fds[1]), 0);
    close_all(fds[0], fds[1], -1);
}

/* By the system call itself. Before 4.5 a kernel ignores the flag; later ones refuse to change to it. */
static int kernel_has_exclusive(int set, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    MUST(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event));
    event.events |= LXE_EPOLL_EXCLUSIVE;
    int refused = epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) < 0;
    MUST(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL));
    return refused;
}

static void test_exclusive(void)
{
    int set = make_set(), fd = make_counter(1);
    if (!kernel_has_exclusive(set, fd)) {
        printf("  skipped: test_exclusive, the kernel ignores EPOLLEXCLUSIVE\n");
        close_all(set, fd, -1);
        return;
    }
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN | LXE_EPOLL_EXCLUSIVE, 1), 0);
    expect(set, LXE_EPOLL_IN, 1);
    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_OUT, 1), -EINVAL);
    CHECK_EQ(lxe_epoll_del(set, fd), 0);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN | LXE_EPOLL_EXCLUSIVE | LXE_EPOLL_ONESHOT, 1), -EINVAL);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN | LXE_EPOLL_EXCLUSIVE, 1), -EINVAL);
    close_all(set, fd, -1);
}

static void test_errors(void)
{
    struct rlimit limit, none;
    int set = make_set(), fd = make_counter(0);
    CHECK_EQ(lxe_epoll_create(LXE_NONBLOCK), -EINVAL);
    CHECK_EQ(lxe_epoll_create(O_CLOEXEC), -EINVAL);
    int inherited = lxe_epoll_create(LXE_INHERIT);
    CHECK_EQ(MUST(fcntl(inherited, F_GETFD)), 0);
    CHECK_EQ(MUST(fcntl(set, F_GETFD)), FD_CLOEXEC);
    CHECK_EQ(lxe_fd_close_take(inherited), 0);
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    MUST(setrlimit(RLIMIT_NOFILE, &none));
    int32_t result = lxe_epoll_create(0);
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    CHECK_EQ(result, -EMFILE);

    CHECK_EQ(lxe_epoll_add(set, -1, LXE_EPOLL_IN, 0), -EBADF);
    CHECK_EQ(lxe_epoll_add(-1, fd, LXE_EPOLL_IN, 0), -EBADF);
    CHECK_EQ(lxe_epoll_add(fd, set, LXE_EPOLL_IN, 0), -EINVAL);
    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN, 0), -ENOENT);
    CHECK_EQ(lxe_epoll_del(set, fd), -ENOENT);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 0), 0);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 0), -EEXIST);
    close_all(set, fd, -1);
}

static void test_busy_poll_parameters(void)
{
    int set = make_set(), fd = make_counter(0);
    struct lxe_epoll_params params = {.size = sizeof params, .busy_poll_usecs = 1};
    CHECK_EQ(lxe_epoll_get_params(set, NULL), -EFAULT);
    CHECK_EQ(lxe_epoll_set_params(set, NULL), -EFAULT);
    int32_t result = lxe_epoll_get_params(set, &params);
    if (has(LXE_FEATURE_EPOLL_PARAMS, "test_busy_poll_parameters")) {
        CHECK_EQ(result, 0);
        CHECK_EQ(params.size, sizeof params);
        CHECK(params.busy_poll_usecs == 0 && params.busy_poll_budget == 0 && params.prefer_busy_poll == 0 && params.reserved == 0);
        params = (struct lxe_epoll_params){sizeof params, 64, 16, 1, 0};
        CHECK_EQ(lxe_epoll_set_params(set, &params), 0);
        memset(&params, 0xee, sizeof params);
        params.size = sizeof params;
        CHECK_EQ(lxe_epoll_get_params(set, &params), 0);
        CHECK(params.busy_poll_usecs == 64 && params.busy_poll_budget == 16 && params.prefer_busy_poll == 1 && params.reserved == 0);

        const struct lxe_epoll_params wrong[] = {{sizeof params, 0x80000000u, 0, 0, 0}, {sizeof params, 0, 0, 2, 0}, {sizeof params, 0, 0, 0, 1}};
        for (int i = 0; i < 3; i++)
            CHECK_EQ(lxe_epoll_set_params(set, &wrong[i]), -EINVAL);
        params.busy_poll_budget = 65;
        int32_t large = lxe_epoll_set_params(set, &params); /* CAP_NET_ADMIN */
        CHECK(large == 0 || large == -EPERM);
        params = (struct lxe_epoll_params){.size = offsetof(struct lxe_epoll_params, busy_poll_budget), .busy_poll_usecs = 5, .busy_poll_budget = 7};
        CHECK_EQ(lxe_epoll_set_params(set, &params), 0); /* what its structure does not have is 0 */
        params.size = sizeof params;
        CHECK_EQ(lxe_epoll_get_params(set, &params), 0);
        CHECK(params.busy_poll_usecs == 5 && params.busy_poll_budget == 0);
        CHECK_EQ(lxe_epoll_get_params(fd, &params), -ENOTTY);
        CHECK_EQ(lxe_epoll_set_params(-1, &params), -EBADF);
    } else {
        CHECK(result < 0);
        CHECK_EQ(lxe_epoll_set_params(set, &params), result);
        CHECK_EQ(params.busy_poll_usecs, 1);
    }
    close_all(set, fd, -1);
}

int main(void)
{
    RUN(test_a_reused_number_brings_no_stale_event);
    RUN(test_a_closed_descriptor_reports_while_a_copy_lives);
    RUN(test_always_ready_files_are_refused);
    RUN(test_sets_within_sets);
    RUN(test_a_forked_child_leaves_the_set_alone);
    RUN(test_exclusive);
    RUN(test_errors);
    RUN(test_busy_poll_parameters);
    return 0;
}
