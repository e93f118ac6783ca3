/* SPDX-License-Identifier: MIT */
#include "relay.h"

#include <string.h>

_Static_assert(sizeof(struct lxe_signal_info) == 128, "a pipe takes up to 4096 bytes as a whole");

/** Which members of siginfo_t a signal has depends on its code: siginfo_layout() in the kernel. */
enum layout { KILL, QUEUE, TIMER, POLL };

static enum layout layout_of(int32_t code)
{
    if (code == SI_TIMER)
        return TIMER;
    if (code == SI_SIGIO || (code >= POLL_IN && code <= POLL_HUP))
        return POLL;
    return code < 0 ? QUEUE : KILL;
}

struct lxe_signal_info lxe__record_of(const siginfo_t *info)
{
    struct lxe_signal_info record = {
        .signal = (uint32_t)info->si_signo,
        .error = info->si_errno,
        .code = info->si_code,
    };
    enum layout layout = layout_of(info->si_code);
    if (layout == POLL) {
        record.band = (uint32_t)info->si_band;
        record.fd = info->si_fd;
    } else if (layout == TIMER) {
        record.timer_id = (uint32_t)info->si_timerid;
        record.overrun = (uint32_t)info->si_overrun;
    } else {
        record.pid = (uint32_t)info->si_pid;
        record.uid = info->si_uid;
    }
    if (layout == QUEUE || layout == TIMER) {
        record.value_int = info->si_value.sival_int;
        record.value_ptr = (uintptr_t)info->si_value.sival_ptr;
    }
    return record;
}

siginfo_t lxe__info_of(const struct lxe_signal_info *record)
{
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = (int)record->signal;
    info.si_errno = record->error;
    info.si_code = record->code;
    enum layout layout = layout_of(record->code);
    if (layout == POLL) {
        info.si_band = (int)record->band;
        info.si_fd = record->fd;
    } else if (layout == TIMER) {
        info.si_timerid = (int)record->timer_id;
        info.si_overrun = (int)record->overrun;
    } else {
        info.si_pid = (int)record->pid;
        info.si_uid = record->uid;
    }
    if (layout == QUEUE || layout == TIMER)
        info.si_value.sival_ptr = (void *)(uintptr_t)record->value_ptr;
    return info;
}
