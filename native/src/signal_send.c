/* SPDX-License-Identifier: MIT */
/* Signals by number. Whatever the kernel takes for more than one process is refused: kill(0), kill(-1). */
#include "internal.h"

int32_t lxe_signal_send(int32_t pid, int32_t signal)
{
    return pid < 1 ? -EINVAL : lxe__syscall(SYS_kill, pid, signal);
}

int32_t lxe_signal_queue(int32_t pid, int32_t signal, uint64_t value)
{
    siginfo_t info;
    lxe__queued_info(&info, signal, value);
    return pid < 1 ? -EINVAL : lxe__syscall(SYS_rt_sigqueueinfo, pid, signal, &info);
}

int32_t lxe_signal_send_group(int32_t group, int32_t signal)
{
    return group < 2 ? -EINVAL : lxe__syscall(SYS_kill, -group, signal);
}

int32_t lxe_signal_send_thread(int32_t pid, int32_t thread, int32_t signal)
{
    return pid < 1 || thread < 1 ? -EINVAL : lxe__syscall(SYS_tgkill, pid, thread, signal);
}
