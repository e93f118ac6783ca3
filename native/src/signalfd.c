/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <signal.h>
#include <sys/signalfd.h>

_Static_assert(SFD_CLOEXEC == O_CLOEXEC && SFD_NONBLOCK == O_NONBLOCK, "");
_Static_assert(LXE_SIGNAL_USER == SI_USER && LXE_SIGNAL_KERNEL == SI_KERNEL && LXE_SIGNAL_QUEUE == SI_QUEUE, "");
_Static_assert(LXE_SIGNAL_TIMER == SI_TIMER && LXE_SIGNAL_MESSAGE == SI_MESGQ, "");
_Static_assert(LXE_SIGNAL_ASYNC_IO == SI_ASYNCIO && LXE_SIGNAL_SIGIO == SI_SIGIO && LXE_SIGNAL_THREAD == SI_TKILL, "");

_Static_assert(sizeof(struct lxe_signal_info) == sizeof(struct signalfd_siginfo), "");
#define SAME(ours, kernels) \
    _Static_assert(offsetof(struct lxe_signal_info, ours) == offsetof(struct signalfd_siginfo, kernels) && \
                   sizeof(((struct lxe_signal_info *)0)->ours) == sizeof(((struct signalfd_siginfo *)0)->kernels), #ours)
SAME(signal, ssi_signo);
SAME(error, ssi_errno);
SAME(code, ssi_code);
SAME(pid, ssi_pid);
SAME(uid, ssi_uid);
SAME(fd, ssi_fd);
SAME(timer_id, ssi_tid);
SAME(band, ssi_band);
SAME(overrun, ssi_overrun);
SAME(trap, ssi_trapno);
SAME(status, ssi_status);
SAME(value_int, ssi_int);
SAME(value_ptr, ssi_ptr);
SAME(user_time, ssi_utime);
SAME(system_time, ssi_stime);
SAME(address, ssi_addr);
SAME(address_lsb, ssi_addr_lsb);

/* These have no names in old headers: linux/signalfd.h has them after ssi_addr_lsb and a gap of 2 bytes. */
_Static_assert(offsetof(struct lxe_signal_info, syscall_number) == 84, "ssi_syscall");
_Static_assert(offsetof(struct lxe_signal_info, call_address) == 88, "ssi_call_addr");
_Static_assert(offsetof(struct lxe_signal_info, arch) == 96, "ssi_arch");

static int32_t make(int32_t fd, uint64_t signals, uint32_t flags)
{
    return lxe__syscall(SYS_signalfd4, fd, &signals, LXE_UAPI_SIGSET_SIZE, lxe__descriptor_flags(flags));
}

int32_t lxe_signalfd_create(uint64_t signals, uint32_t flags)
{
    if ((flags & ~(LXE_INHERIT | LXE_NONBLOCK)) != 0)
        return -EINVAL;
    return make(-1, signals, flags);
}

int32_t lxe_signalfd_set(int32_t fd, uint64_t signals)
{
    if (fd < 0) /* to the kernel, -1 asks for a new one */
        return -EBADF;
    int32_t result = make(fd, signals, 0);
    return result < 0 ? result : 0;
}

int32_t lxe_signalfd_read(int32_t fd, struct lxe_signal_info *infos, int32_t capacity)
{
    if (infos == NULL) /* the kernel takes the signal before it writes */
        return -EFAULT;
    if (capacity < 1)
        return -EINVAL;
    uint64_t room = (uint64_t)capacity * sizeof *infos;
    int32_t result = lxe__syscall(SYS_read, fd, infos, room > INT32_MAX ? (size_t)INT32_MAX : (size_t)room);
    if (result < 0)
        return result;
    return result > 0 && result % (int32_t)sizeof *infos == 0 ? result / (int32_t)sizeof *infos : -EINVAL;
}
