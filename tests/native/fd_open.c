/* SPDX-License-Identifier: MIT */
#include "fd_check.h"

#include <sys/stat.h>

static void test_packets(void)
{
    char buffer[16];
    int32_t ends[2];
    make_pipe(ends, LXE_NONBLOCK | LXE_FD_PACKETS);
    CHECK_EQ(lxe_fd_write(ends[1], "one", 3), 3);
    CHECK_EQ(lxe_fd_write(ends[1], "three", 5), 5);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, sizeof buffer), 3);
    CHECK_EQ(lxe_fd_read(ends[0], buffer, 2), 2); /* the rest of the packet is gone */
    CHECK_EQ(lxe_fd_read(ends[0], buffer, sizeof buffer), -EAGAIN);
    close_pipe(ends);
}

static void test_pipe_size(void)
{
    char page[4096] = {0};
    int32_t ends[2];
    make_pipe(ends, LXE_NONBLOCK);
    CHECK_EQ(lxe_fd_pipe_size(ends[0], 0), 65536);
    CHECK_EQ(lxe_fd_pipe_size(ends[1], 5000), 8192);
    CHECK_EQ(lxe_fd_pipe_size(ends[0], 0), 8192);
    CHECK_EQ(lxe_fd_write(ends[1], page, sizeof page), sizeof page);
    CHECK_EQ(lxe_fd_write(ends[1], page, 1), 1);
    CHECK_EQ(lxe_fd_pipe_size(ends[1], 4096), -EBUSY);
    CHECK_EQ(lxe_fd_pipe_size(ends[1], 0x80000000u), -EINVAL);
    close_pipe(ends);
    CHECK_EQ(lxe_fd_pipe_size(ends[0], 0), -EBADF);
}

static void test_open(void)
{
    char directory[] = "/tmp/lxe-fd-XXXXXX", path[64];
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/fifo", directory);
    MUST(mkfifo(path, 0600));
    CHECK_EQ(lxe_fd_open(path, LXE_FD_WRITE, LXE_NONBLOCK), -ENXIO);
    for (uint32_t flags = 0; flags < 2; flags++) {
        int reader = lxe_fd_open(path, LXE_FD_READ, flags | LXE_NONBLOCK);
        CHECK(reader >= 0);
        check_flags(reader, flags | LXE_NONBLOCK);
        int writer = lxe_fd_open(path, LXE_FD_WRITE, flags); /* does not block: there is a reader */
        CHECK(writer >= 0);
        check_flags(writer, flags);
        CHECK_EQ(lxe_fd_write(writer, "x", 1), 1);
        CHECK_EQ(lxe_fd_query(reader), LXE_FD_READ | LXE_FD_PIPE);
        CHECK_EQ(lxe_fd_query(writer), LXE_FD_WRITE | LXE_FD_PIPE);
        CHECK_EQ(lxe_fd_close_take(writer), 0);
        CHECK_EQ(lxe_fd_close_take(reader), 0);
    }
    int both = lxe_fd_open(path, LXE_FD_READ | LXE_FD_WRITE, 0);
    CHECK_EQ(lxe_fd_query(both), LXE_FD_READ | LXE_FD_WRITE | LXE_FD_PIPE);
    CHECK_EQ(lxe_fd_close_take(both), 0);
    MUST(unlink(path));
    CHECK_EQ(lxe_fd_open(path, LXE_FD_WRITE, 0), -ENOENT); /* and makes none */
    CHECK_EQ(lxe_fd_open(directory, LXE_FD_WRITE, 0), -EISDIR);
    CHECK_EQ(lxe_fd_open("/dev/null", 0, 0), -EINVAL);
    CHECK_EQ(lxe_fd_open("/dev/null", 0x4, 0), -EINVAL);
    CHECK_EQ(lxe_fd_open("/dev/null", LXE_FD_READ, 0x4), -EINVAL);
    CHECK_EQ(lxe_fd_open(NULL, LXE_FD_READ, 0), -EFAULT);
    MUST(rmdir(directory));
}

static void test_create(void)
{
    char directory[] = "/tmp/lxe-fd-XXXXXX", path[64], text[16];
    struct stat status;
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/file", directory);
    mode_t former = umask(027);
    int one = lxe_fd_open(path, LXE_FD_WRITE, LXE_FD_CREATE | LXE_FD_APPEND);
    CHECK(one >= 0);
    umask(former);
    MUST(fstat(one, &status));
    CHECK_EQ(status.st_mode, S_IFREG | 0640);
    int other = lxe_fd_open(path, LXE_FD_READ | LXE_FD_WRITE, LXE_FD_CREATE | LXE_FD_APPEND);
    CHECK_EQ(lxe_fd_write(one, "a", 1), 1);
    CHECK_EQ(lxe_fd_write(other, "b", 1), 1);
    CHECK_EQ(lxe_fd_write(one, "c", 1), 1);
    CHECK_EQ(lseek(other, 0, SEEK_SET), 0);
    CHECK_EQ(lxe_fd_read(other, text, sizeof text), 3);
    CHECK(memcmp(text, "abc", 3) == 0);
    CHECK_EQ(close(lxe_fd_open(path, LXE_FD_WRITE, LXE_FD_TRUNCATE)), 0);
    MUST(fstat(one, &status));
    CHECK_EQ(status.st_size, 0);
    CHECK_EQ(close(one) + close(other), 0);
    MUST(unlink(path));
    MUST(rmdir(directory));
}

static int become_session_and_open_terminal(void *path)
{
    MUST(setsid());
    int terminal = lxe_fd_open(path, LXE_FD_READ | LXE_FD_WRITE, LXE_NONBLOCK);
    return terminal >= 0 && lxe_fd_open("/dev/tty", LXE_FD_READ, 0) == -ENXIO ? 0 : 1;
}

static void test_a_terminal_does_not_become_the_controlling_one(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0) {
        printf("skipped: no terminals here\n");
        return;
    }
    CHECK_EQ(reap_child(start_child(become_session_and_open_terminal, ptsname(master))), 0);
    MUST(close(master));
}

static void test_query(void)
{
    int tcp = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int udp = MUST(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    int local = MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    int packets = MUST(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    int place = MUST(open("/", O_PATH | O_CLOEXEC));
    CHECK_EQ(lxe_fd_query(tcp), LXE_FD_READ | LXE_FD_WRITE | LXE_FD_TCP);
    CHECK_EQ(lxe_fd_query(udp), LXE_FD_READ | LXE_FD_WRITE);
    CHECK_EQ(lxe_fd_query(local), LXE_FD_READ | LXE_FD_WRITE | LXE_FD_UNIX_STREAM);
    CHECK_EQ(lxe_fd_query(packets), LXE_FD_READ | LXE_FD_WRITE);
    CHECK_EQ(lxe_fd_query(place), 0);
    CHECK_EQ(lxe_fd_query(-1), -EBADF);
    MUST(close(tcp));
    MUST(close(udp));
    MUST(close(local));
    MUST(close(packets));
    MUST(close(place));
}

static void test_shutdown(void)
{
    char byte;
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
    CHECK_EQ(lxe_fd_shutdown(pair[0], 0), -EINVAL);
    CHECK_EQ(lxe_fd_shutdown(pair[0], 0x4), -EINVAL);
    CHECK_EQ(lxe_fd_shutdown(pair[0], LXE_FD_WRITE), 0);
    CHECK_EQ(lxe_fd_read(pair[1], &byte, 1), 0);
    CHECK_EQ(lxe_fd_write(pair[1], "x", 1), 1);
    CHECK_EQ(lxe_fd_read(pair[0], &byte, 1), 1);
    CHECK_EQ(lxe_fd_shutdown(pair[1], LXE_FD_READ | LXE_FD_WRITE), 0);
    CHECK_EQ(lxe_fd_read(pair[0], &byte, 1), 0);
    MUST(close(pair[0]));
    MUST(close(pair[1]));
    int32_t ends[2];
    make_pipe(ends, 0);
    CHECK_EQ(lxe_fd_shutdown(ends[1], LXE_FD_WRITE), -ENOTSOCK);
    close_pipe(ends);
}

int main(void)
{
    RUN(test_packets);
    RUN(test_pipe_size);
    RUN(test_open);
    RUN(test_create);
    RUN(test_a_terminal_does_not_become_the_controlling_one);
    RUN(test_query);
    RUN(test_shutdown);
    return 0;
}
