/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/wait.h>

/* Reads /proc/self/fdinfo/FD as a string. Return: 0 or a negative errno. */
static int32_t read_fdinfo(int32_t fd, char *buffer, size_t size)
{
    char path[32] = "/proc/self/fdinfo/", digits[10];
    size_t count = 0, end = sizeof "/proc/self/fdinfo/" - 1;
    do
        digits[count++] = (char)('0' + fd % 10);
    while ((fd /= 10) != 0);
    while (count > 0)
        path[end++] = digits[--count];

    int32_t file = lxe__syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return file == -ENOENT ? -EINVAL : file; /* no /proc */
    int32_t length = lxe__syscall(SYS_read, file, buffer, size - 1);
    lxe__syscall(SYS_close, file);
    buffer[length < 0 ? 0 : length] = '\0';
    return length < 0 ? length : 0;
}

/* What follows "Pid:" at the start of a line. Only a pidfd has one. */
static const char *find_pid(const char *text)
{
    static const char label[] = "\nPid:\t";
    size_t matched = 0;
    for (; *text != '\0'; text++) {
        matched = *text == label[matched] ? matched + 1 : *text == label[0];
        if (matched == sizeof label - 1)
            return text + 1;
    }
    return NULL;
}

/* The number by the kernel's word: above 0, or for a process that was reaped or is of another pid namespace, whatever. */
static int32_t told_number(int32_t pidfd)
{
    char text[512];
    int32_t error = lxe__syscall(SYS_fcntl, pidfd, F_GETFD);
    if (error >= 0)
        error = read_fdinfo(pidfd, text, sizeof text);
    if (error < 0)
        return error;
    const char *digit = find_pid(text);
    if (digit == NULL)
        return -EBADF;
    int32_t pid = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        pid = pid * 10 + (*digit - '0');
    return pid > 0 ? pid : -ECHILD; /* -1: reaped; 0: of another pid namespace */
}

int32_t lxe__pidfd_number(int32_t pidfd)
{
    if (!lxe__feature_enabled(LXE_FEATURE_PIDFD_SIGNAL))
        return -EINVAL;
    int32_t pid = told_number(pidfd);
    if (pid > 0 && lxe__syscall(LXE_NR_PIDFD_SEND_SIGNAL, pidfd, 0, NULL, 0) == -ESRCH)
        return -ECHILD; /* before 5.5 a reaped process is still told by its number */
    return pid;
}

/* Whether waitid(2) finds a child that runs, or was not reaped. */
static int32_t look_for_child(int32_t type, int32_t id)
{
    return lxe__syscall(SYS_waitid, type, id, NULL, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL);
}

int32_t lxe__pidfd_child(int32_t pidfd)
{
    int32_t pid, error = 0;
    if (lxe__feature_enabled(LXE_FEATURE_PIDFD_WAIT)) {
        pid = told_number(pidfd);
        error = look_for_child(LXE_UAPI_P_PIDFD, pidfd);
    } else
        pid = lxe__pidfd_number(pidfd);
    if (pid > 0 && error == 0)
        error = look_for_child(P_PID, pid);
    return pid < 0 || error == 0 ? pid : error;
}
