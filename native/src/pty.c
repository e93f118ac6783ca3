/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <sys/ioctl.h>

/** Opens the terminal of that number by its name: for kernels that can't open what belongs to the controller. */
static int32_t open_by_name(uint32_t number, int flags)
{
    char path[sizeof "/dev/pts/4294967295"] = "/dev/pts/";
    int length = sizeof "/dev/pts/" - 1;
    for (uint32_t rest = number; rest >= 10; rest /= 10)
        length++;
    for (int at = length; at >= (int)sizeof "/dev/pts/" - 1; at--, number /= 10)
        path[at] = (char)('0' + number % 10);
    return lxe__syscall(SYS_openat, AT_FDCWD, path, flags, 0);
}

/** Unlocks and opens the terminal of a controller. Not by its name if possible: /dev/pts may be another one here. */
static int32_t open_terminal(int32_t controller, int flags)
{
    const int unlocked = 0;
    uint32_t number;
    int32_t result = lxe__syscall(SYS_ioctl, controller, TIOCSPTLCK, &unlocked);
    if (result == 0)
        result = lxe__syscall(SYS_ioctl, controller, LXE_UAPI_TIOCGPTPEER, flags);
    if (result != -EINVAL && result != -ENOTTY)
        return result;
    result = lxe__syscall(SYS_ioctl, controller, TIOCGPTN, &number);
    return result < 0 ? result : open_by_name(number, flags);
}

int32_t lxe_pty_open(int32_t *controller, int32_t *terminal, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    if (controller == NULL || terminal == NULL)
        return -EFAULT;
    int how = O_RDWR | O_NOCTTY;
    int32_t ours = lxe__syscall(SYS_openat, AT_FDCWD, "/dev/ptmx", how | lxe__descriptor_flags(flags), 0);
    if (ours < 0)
        return ours;
    int32_t theirs = open_terminal(ours, how | lxe__descriptor_flags(flags & LXE_INHERIT));
    if (theirs < 0) {
        lxe__syscall(SYS_close, ours);
        return theirs;
    }
    *controller = ours;
    *terminal = theirs;
    return 0;
}

int32_t lxe_pty_set_size(int32_t fd, uint32_t rows, uint32_t columns)
{
    if (rows > UINT16_MAX || columns > UINT16_MAX)
        return -EINVAL;
    const struct winsize size = {.ws_row = (uint16_t)rows, .ws_col = (uint16_t)columns};
    return lxe__syscall(SYS_ioctl, fd, TIOCSWINSZ, &size);
}

int32_t lxe_pty_get_size(int32_t fd, uint32_t *rows, uint32_t *columns)
{
    struct winsize size;
    if (rows == NULL || columns == NULL)
        return -EFAULT;
    int32_t result = lxe__syscall(SYS_ioctl, fd, TIOCGWINSZ, &size);
    if (result == 0) {
        *rows = size.ws_row;
        *columns = size.ws_col;
    }
    return result;
}

int32_t lxe_pty_disown(int32_t fd)
{
    return lxe__syscall(SYS_ioctl, fd, TIOCNOTTY);
}
