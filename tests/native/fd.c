/* SPDX-License-Identifier: MIT */
#include "fd_check.h"

#include <sys/resource.h>
#include <sys/un.h>

static void test_pipe(void)
{
    char buffer[8];
    int32_t ends[2];
    for (uint32_t flags = 0; flags < 4; flags++) {
        make_pipe(ends, flags);
        check_flags(ends[0], flags);
        check_flags(ends[1], flags);
        close_pipe(ends);
    }
    make_pipe(ends, LXE_NONBLOCK);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, sizeof buffer), -EAGAIN);
    CHECK_EQ(lxe_fd_write(ends[1], "hello", 5), 5);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, 2), 2);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, sizeof buffer), 3);
    CHECK_EQ(memcmp(buffer, "llo", 3), 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, sizeof buffer), 0);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
}

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof *(array)))

static void test_vectors(void)
{
    char first[2], second[4], words[] = "hello world";
    int32_t ends[2];
    make_pipe(ends, LXE_NONBLOCK);
    const struct lxe_fd_vector out[] = {{words, 5}, {NULL, 0}, {words + 5, 6}}, in[] = {{first, 2}, {second, 4}};
    CHECK_EQ(lxe_fd_readv(ends[0], in, COUNT(in)), -EAGAIN);
    CHECK_EQ(lxe_fd_writev(ends[1], out, COUNT(out)), 11);
    CHECK_EQ(lxe_fd_readv(ends[0], in, COUNT(in)), 6);
    CHECK_EQ(memcmp(first, "he", 2), 0);
    CHECK_EQ(memcmp(second, "llo ", 4), 0);
    CHECK_EQ(lxe_fd_readv(ends[0], in, COUNT(in)), 5);
    CHECK_EQ(memcmp(second, "rld ", 4), 0);
    CHECK_EQ(lxe_fd_writev(ends[1], NULL, 0), 0);

    struct lxe_fd_vector many[LXE_FD_MAX_VECTORS + 1];
    for (uint32_t i = 0; i < COUNT(many); i++)
        many[i] = (struct lxe_fd_vector){words, 1};
    CHECK_EQ(lxe_fd_writev(ends[1], many, LXE_FD_MAX_VECTORS), LXE_FD_MAX_VECTORS);
    CHECK_EQ(lxe_fd_writev(ends[1], many, LXE_FD_MAX_VECTORS + 1), -EINVAL);
    CHECK_EQ(lxe_fd_readv(ends[0], many, UINT32_MAX), -EINVAL);
    CHECK_EQ(lxe_fd_readv(ends[0], many, LXE_FD_MAX_VECTORS), LXE_FD_MAX_VECTORS);
    CHECK_EQ(lxe_fd_readv(ends[0], NULL, 1), -EFAULT);
    CHECK_EQ(lxe_fd_readv(-1, in, 1), -EBADF);
    const struct lxe_fd_vector too_long[] = {{words, UINTPTR_MAX}, {words, 1}};
    CHECK_EQ(lxe_fd_writev(ends[1], too_long, 2), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
    CHECK_EQ(lxe_fd_readv(ends[0], in, COUNT(in)), 0);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
}

static void test_pipe_errors_write_nothing(void)
{
    int32_t one = -7, other = -7;
    struct rlimit limit, none;
    CHECK_EQ(lxe_fd_pipe(&one, &other, 0x8), -EINVAL);
    CHECK_EQ(lxe_fd_pipe(NULL, &other, 0), -EFAULT);
    CHECK_EQ(lxe_fd_pipe(&one, NULL, 0), -EFAULT);
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    MUST(setrlimit(RLIMIT_NOFILE, &none));
    int32_t result = lxe_fd_pipe(&one, &other, 0);
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    CHECK_EQ(result, -EMFILE);
    CHECK_EQ(one, -7);
    CHECK_EQ(other, -7);
}

static void test_dup(void)
{
    int32_t ends[2];
    make_pipe(ends, 0);
    for (uint32_t flags = 0; flags < 2; flags++) {
        int lowest = lxe_fd_dup(ends[1], -1, flags);
        CHECK(lowest > ends[1]);
        check_flags(lowest, flags);
        CHECK_EQ(lxe_fd_dup(ends[0], lowest, flags), lowest); /* closes what was there */
        check_flags(lowest, flags);
        CHECK_EQ(lxe_fd_write(lowest, "x", 1), -EBADF);
        CHECK_EQ(lxe_fd_close_take(lowest), 0);
    }
    CHECK_EQ(lxe_fd_dup(ends[0], ends[0], 0), -EINVAL);
    CHECK_EQ(lxe_fd_dup(ends[0], ends[1], LXE_NONBLOCK), -EINVAL);
    CHECK_EQ(lxe_fd_dup(-1, -1, 0), -EBADF);
    CHECK_EQ(lxe_fd_dup(-1, ends[1], 0), -EBADF);
    CHECK_EQ(lxe_fd_dup(ends[0], INT32_MAX, 0), -EBADF);
    close_pipe(ends);
}

static void test_nonblocking_belongs_to_the_description(void)
{
    int32_t ends[2];
    make_pipe(ends, 0);
    int copy = lxe_fd_dup(ends[0], -1, 0);
    CHECK(copy >= 0);
    CHECK_EQ(lxe_fd_set_nonblocking(ends[0], 1), 0);
    CHECK_EQ(lxe_fd_set_nonblocking(ends[0], 1), 1);
    check_flags(copy, LXE_NONBLOCK);
    check_flags(ends[1], 0);
    CHECK_EQ(lxe_fd_set_nonblocking(copy, 0), 1);
    CHECK_EQ(lxe_fd_set_nonblocking(ends[0], 0), 0);
    CHECK_EQ(lxe_fd_set_nonblocking(ends[0], 2), -EINVAL);
    CHECK_EQ(lxe_fd_set_nonblocking(ends[0], -1), -EINVAL);
    CHECK_EQ(lxe_fd_set_nonblocking(-1, 1), -EBADF);
    CHECK_EQ(lxe_fd_close_take(copy), 0);
    close_pipe(ends);
}

static void test_accept(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length = sizeof(sa_family_t); /* the kernel makes up an abstract name */
    int listener = MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    MUST(bind(listener, (struct sockaddr *)&address, length));
    MUST(listen(listener, 8));
    length = sizeof address;
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    CHECK_EQ(lxe_fd_accept(listener, NULL, NULL, 0), -EAGAIN);

    for (uint32_t flags = 0; flags < 4; flags++) {
        struct sockaddr_un peer = {0};
        uint32_t peer_length = sizeof peer;
        char byte = 0;
        int client = MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        MUST(connect(client, (struct sockaddr *)&address, length));
        int server = lxe_fd_accept(listener, flags < 2 ? &peer : NULL, flags < 2 ? &peer_length : NULL, flags);
        CHECK(server >= 0);
        check_flags(server, flags);
        CHECK_EQ(peer.sun_family, flags < 2 ? AF_UNIX : 0);
        CHECK_EQ(peer_length, flags < 2 ? sizeof(sa_family_t) : sizeof peer);
        CHECK_EQ(lxe_fd_write(client, "y", 1), 1);
        CHECK_EQ(lxe_fd_read(server, &byte, 1), 1);
        CHECK_EQ(byte, 'y');
        CHECK_EQ(lxe_fd_close_take(server), 0);
        CHECK_EQ(lxe_fd_close_take(client), 0);
    }
    CHECK_EQ(lxe_fd_accept(listener, NULL, NULL, 0x100), -EINVAL);
    CHECK_EQ(lxe_fd_accept(-1, NULL, NULL, 0), -EBADF);
    int32_t ends[2];
    make_pipe(ends, 0);
    CHECK_EQ(lxe_fd_accept(ends[0], NULL, NULL, 0), -ENOTSOCK);
    close_pipe(ends);
    CHECK_EQ(lxe_fd_close_take(listener), 0);
}

static void test_read_and_write_errors(void)
{
    char byte;
    int32_t ends[2];
    make_pipe(ends, LXE_NONBLOCK);
    CHECK_EQ(lxe_fd_read(-1, &byte, 1), -EBADF);
    CHECK_EQ(lxe_fd_write(-1, "x", 1), -EBADF);
    CHECK_EQ(lxe_fd_read(ends[1], &byte, 1), -EBADF);
    CHECK_EQ(lxe_fd_write(ends[1], NULL, 1), -EFAULT);
    CHECK_EQ(lxe_fd_write(ends[1], "x", 1), 1);
    CHECK_EQ(lxe_fd_read(ends[0], NULL, 1), -EFAULT);
    void (*former)(int) = signal(SIGPIPE, SIG_IGN);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    CHECK_EQ(lxe_fd_write(ends[1], "x", 1), -EPIPE);
    signal(SIGPIPE, former);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
}

static int write_to_nobody(void *end)
{
    lxe_fd_write(*(int32_t *)end, "x", 1);
    return 0;
}

static void test_a_pipe_without_a_reader_raises_sigpipe(void)
{
    int32_t ends[2];
    make_pipe(ends, 0);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    int status = reap_child(start_child(write_to_nobody, &ends[1]));
    CHECK(WIFSIGNALED(status));
    CHECK_EQ(WTERMSIG(status), SIGPIPE);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
}

static void test_a_signal_interrupts_a_read(void)
{
    char byte;
    int32_t ends[2];
    struct interrupter interrupter;
    make_pipe(ends, 0);
    start_interrupter(&interrupter);
    CHECK_EQ(lxe_fd_read(ends[0], &byte, 1), -EINTR);
    stop_interrupter(&interrupter);
    close_pipe(ends);
}

static void test_close(void)
{
    int32_t ends[2];
    make_pipe(ends, 0);
    close_pipe(ends);
    CHECK_EQ(lxe_fd_close_take(ends[0]), -EBADF);
    CHECK_EQ(lxe_fd_close_take(-1), -EBADF);
}

int main(void)
{
    RUN(test_pipe);
    RUN(test_vectors);
    RUN(test_pipe_errors_write_nothing);
    RUN(test_dup);
    RUN(test_nonblocking_belongs_to_the_description);
    RUN(test_accept);
    RUN(test_read_and_write_errors);
    RUN(test_a_pipe_without_a_reader_raises_sigpipe);
    RUN(test_a_signal_interrupts_a_read);
    RUN(test_close);
    return 0;
}
