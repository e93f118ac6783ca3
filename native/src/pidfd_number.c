/* SPDX-License-Identifier: MIT */
#include "internal.h"

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

int32_t lxe__pidfd_number(int32_t pidfd)
{
    char text[512];
    if (!lxe__feature_enabled(LXE_FEATURE_PIDFD_SIGNAL))
        return -EINVAL;
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
    if (pid == 0 || lxe__syscall(LXE_NR_PIDFD_SEND_SIGNAL, pidfd, 0, NULL, 0) == -ESRCH)
        return -ECHILD; /* -1: reaped; 0: of another pid namespace; before 5.5 a reaped process is still told by its number */
    return pid;
}
