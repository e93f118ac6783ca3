/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static int32_t controller, terminal;

static void test_what_one_end_writes_the_other_reads(void)
{
    char text[16] = "";
    CHECK_EQ(lxe_fd_write(controller, "in\n", 3), 3);
    CHECK_EQ(lxe_fd_read(terminal, text, sizeof text), 3);
    CHECK(memcmp(text, "in\n", 3) == 0);
    CHECK_EQ(lxe_fd_read(controller, text, sizeof text), 4); /* the echo */
    CHECK_EQ(lxe_fd_write(terminal, "out", 3), 3);
    CHECK_EQ(lxe_fd_read(controller, text, sizeof text), 3);
    CHECK(memcmp(text, "out", 3) == 0);
}

static void test_size(void)
{
    uint32_t rows = 1, columns = 1;
    CHECK_EQ(lxe_pty_get_size(terminal, &rows, &columns), 0);
    CHECK_EQ(rows, 0);
    CHECK_EQ(columns, 0);
    CHECK_EQ(lxe_pty_set_size(controller, 24, 65535), 0);
    CHECK_EQ(lxe_pty_get_size(terminal, &rows, &columns), 0);
    CHECK_EQ(rows, 24);
    CHECK_EQ(columns, 65535);
    CHECK_EQ(lxe_pty_set_size(controller, 65536, 1), -EINVAL);
    CHECK_EQ(lxe_pty_set_size(controller, 1, 65536), -EINVAL);
    CHECK_EQ(lxe_pty_get_size(controller, NULL, &columns), -EFAULT);
    CHECK_EQ(lxe_pty_get_size(controller, &rows, NULL), -EFAULT);
    CHECK_EQ(lxe_pty_get_size(-1, &rows, &columns), -EBADF);
}

static void test_flags(void)
{
    int32_t ours, theirs;
    CHECK(fcntl(controller, F_GETFD) == FD_CLOEXEC && fcntl(terminal, F_GETFD) == FD_CLOEXEC);
    CHECK((fcntl(controller, F_GETFL) & O_NONBLOCK) == 0);
    CHECK_EQ(lxe_pty_open(&ours, &theirs, LXE_INHERIT | LXE_NONBLOCK), 0);
    CHECK(fcntl(ours, F_GETFD) == 0 && fcntl(theirs, F_GETFD) == 0);
    CHECK((fcntl(ours, F_GETFL) & O_NONBLOCK) != 0 && (fcntl(theirs, F_GETFL) & O_NONBLOCK) == 0);
    char byte;
    CHECK_EQ(lxe_fd_read(ours, &byte, 1), -EAGAIN);
    CHECK_EQ(lxe_fd_close_take(theirs), 0);
    CHECK_EQ(lxe_fd_read(ours, &byte, 1), -EIO);
    CHECK_EQ(lxe_fd_close_take(ours), 0);
}

static void test_bad_arguments_and_no_room_leave_nothing(void)
{
    int32_t one = -5, other = -5, free_one = dup(0);
    CHECK_EQ(close(free_one), 0);
    CHECK_EQ(lxe_pty_open(NULL, &other, 0), -EFAULT);
    CHECK_EQ(lxe_pty_open(&one, NULL, 0), -EFAULT);
    CHECK_EQ(lxe_pty_open(&one, &other, 0x8000), -EINVAL);
    CHECK_EQ(lxe_pty_set_size(open("/dev/null", O_RDONLY), 1, 1), -ENOTTY);
    CHECK_EQ(close(free_one), 0);
    /* Room for one more, and for none. */
    struct rlimit former, low;
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &former), 0);
    low = former;
    low.rlim_cur = (rlim_t)free_one + 1;
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
    CHECK_EQ(lxe_pty_open(&one, &other, 0), -EMFILE);
    CHECK_EQ(dup(0), free_one);
    CHECK_EQ(lxe_pty_open(&one, &other, 0), -EMFILE);
    CHECK_EQ(setrlimit(RLIMIT_NOFILE, &former), 0);
    CHECK_EQ(close(free_one), 0);
    CHECK(one == -5 && other == -5);
}

static volatile int hangups, continuations;

static void count_signal(int signal)
{
    *(signal == SIGHUP ? &hangups : &continuations) += 1;
}

static void give_up_the_terminal(void)
{
    signal(SIGHUP, count_signal);
    signal(SIGCONT, count_signal);
    CHECK_EQ(lxe_pty_disown(terminal), -ENOTTY); /* it controls nobody yet */
    CHECK(setsid() > 0);
    CHECK_EQ(ioctl(terminal, TIOCSCTTY, 0), 0);
    int own = open("/dev/tty", O_RDWR);
    CHECK(own >= 0);
    CHECK_EQ(lxe_pty_disown(own), 0);
    CHECK(hangups == 1 && continuations == 1);
    CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO);
    CHECK_EQ(lxe_pty_disown(own), -ENOTTY);
    CHECK_EQ(lxe_pty_disown(-1), -EBADF);
    CHECK_EQ(ioctl(own, TIOCSCTTY, 0), 0); /* it is to be had again */
    exit(0);
}

static void test_a_session_gives_its_terminal_up(void)
{
    int status;
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0)
        give_up_the_terminal();
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

int main(void)
{
    int32_t error = lxe_pty_open(&controller, &terminal, 0);
    if (error == -ENOENT || error == -ENXIO || error == -EACCES)
        skip_program("there is no /dev/ptmx here");
    CHECK_EQ(error, 0);
    RUN(test_what_one_end_writes_the_other_reads);
    RUN(test_size);
    RUN(test_flags);
    RUN(test_bad_arguments_and_no_room_leave_nothing);
    RUN(test_a_session_gives_its_terminal_up);
    return 0;
}
