/* SPDX-License-Identifier: MIT */
#include "rules.h"

#include "uapi.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define EQUALS(index, what) .condition = {.argument = (index), .mask = UINT32_MAX, .value = (what)}
#define DIFFERS(index, what) .condition = {.argument = (index), .mask = UINT32_MAX, .value = (what), .unless = 1}
#define ENDS_IN(index, what) .condition = {.argument = (index), .mask = 0xffff, .value = (what)}
#define HAS_ANY(index, bits) .condition = {.argument = (index), .mask = (bits), .unless = 1}
#define CLEAR(index, what) .clearance = {.argument = (index), .bits = (what)}
#define CLEAR_BEHIND(index, what) .clearance = {.argument = (index), .bits = (what), .in_memory = 1}

/* What headers may lack. */
#define MASK_CREATE 0x10000000u     /* inotify_add_watch(2) */
#define EXCLUSIVE 0x10000000u       /* epoll_ctl(2) */
#define WAIT_FOR_CLONES 0xe0000000u /* __WNOTHREAD | __WALL | __WCLONE. waitid(2) */

#define GET_INFO (LXE_UAPI_PIDFD_GET_INFO & 0xffff) /* without its size, which grows */

static const struct rule rules[] = {
    /* The features of the library. */
    {"pidfd_signal", KERNEL(5, 1), 0, LXE_NR_PIDFD_SEND_SIGNAL, .error = ENOSYS},
    {"clone_pidfd", KERNEL(5, 2), 0, SYS_clone, HAS_ANY(0, LXE_UAPI_CLONE_PIDFD), CLEAR(0, LXE_UAPI_CLONE_PIDFD)},
    {"pidfd_open", KERNEL(5, 3), 0, LXE_NR_PIDFD_OPEN, .error = ENOSYS},
    {"pidfd_wait", KERNEL(5, 4), 0, SYS_waitid, EQUALS(0, LXE_UAPI_P_PIDFD), .error = EINVAL},
    {"clone_clear_sighand", KERNEL(5, 5), KERNEL(5, 3), LXE_NR_CLONE3, .error = ENOSYS}, /* EINVAL, but libc takes that for its own threads */
    {"pidfd_getfd", KERNEL(5, 6), 0, LXE_NR_PIDFD_GETFD, .error = ENOSYS},
    {"close_range", KERNEL(5, 9), 0, LXE_NR_CLOSE_RANGE, .error = ENOSYS},
    {"pidfd_nonblock", KERNEL(5, 10), KERNEL(5, 3), LXE_NR_PIDFD_OPEN, HAS_ANY(1, LXE_UAPI_PIDFD_NONBLOCK), .error = EINVAL},
    {"epoll_pwait2", KERNEL(5, 11), 0, LXE_NR_EPOLL_PWAIT2, .error = ENOSYS},
    {"pidfd_signal_group", KERNEL(6, 9), KERNEL(5, 1), LXE_NR_PIDFD_SEND_SIGNAL, HAS_ANY(3, UINT32_MAX), .error = EINVAL},
    {"epoll_params", KERNEL(6, 9), 0, SYS_ioctl, ENDS_IN(1, LXE_UAPI_EPIOCGPARAMS & 0xffff), .error = ENOTTY},
    {"epoll_params", KERNEL(6, 9), 0, SYS_ioctl, ENDS_IN(1, LXE_UAPI_EPIOCSPARAMS & 0xffff), .error = ENOTTY},
    {"pidfd_thread", KERNEL(6, 9), KERNEL(5, 3), LXE_NR_PIDFD_OPEN, HAS_ANY(1, LXE_UAPI_PIDFD_THREAD), .error = EINVAL},
    {"pidfd_info", KERNEL(6, 13), 0, SYS_ioctl, ENDS_IN(1, GET_INFO), .error = ENOTTY},
    {"pidfd_exit_info", KERNEL(6, 15), KERNEL(6, 13), SYS_ioctl, ENDS_IN(1, GET_INFO), CLEAR_BEHIND(2, LXE_UAPI_PIDFD_INFO_EXIT)},

    /* What is no feature of its own, but newer than the oldest kernels. */
    {"timerfd_alarm", KERNEL(3, 11), 0, SYS_timerfd_create, EQUALS(0, CLOCK_REALTIME_ALARM), .error = EINVAL},
    {"timerfd_alarm", KERNEL(3, 11), 0, SYS_timerfd_create, EQUALS(0, CLOCK_BOOTTIME_ALARM), .error = EINVAL},
    {"timerfd_boottime", KERNEL(3, 15), 0, SYS_timerfd_create, EQUALS(0, CLOCK_BOOTTIME), .error = EINVAL},
    {"epoll_exclusive", KERNEL(4, 5), 0, SYS_epoll_ctl, DIFFERS(1, EPOLL_CTL_DEL), CLEAR_BEHIND(3, EXCLUSIVE)},
    {"waitid_clones", KERNEL(4, 7), 0, SYS_waitid, HAS_ANY(3, WAIT_FOR_CLONES), .error = EINVAL},
    {"inotify_mask_create", KERNEL(4, 18), 0, SYS_inotify_add_watch, HAS_ANY(2, MASK_CREATE), CLEAR(2, MASK_CREATE)},
    {"clone3", KERNEL(5, 3), 0, LXE_NR_CLONE3, .error = ENOSYS},
};

enum { RULES = sizeof rules / sizeof *rules };

/* Every system call by name: made of the system's headers at build time. */
static const struct {
    const char *name;
    int number;
} calls[] = {
#include "calls.inc"
};

static int add(struct rule_list *list, const struct rule *rule, int error)
{
    if (list->count == sizeof list->entries / sizeof *list->entries)
        return -1;
    list->entries[list->count].rule = *rule;
    list->entries[list->count].error = error != 0 ? error : rule->error;
    if (error != 0)
        list->entries[list->count].rule.clearance.bits = 0; /* refused, not ignored */
    list->count++;
    return 0;
}

void rules_of_kernel(struct rule_list *list, uint32_t version)
{
    for (unsigned i = 0; i < RULES; i++)
        if (version < rules[i].since && version >= rules[i].from)
            add(list, &rules[i], 0);
}

static int is(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

int rules_of_name(struct rule_list *list, const char *name, size_t length, int error)
{
    int found = 0;
    for (unsigned i = 0; i < RULES; i++)
        if (is(rules[i].name, name, length)) {
            if (add(list, &rules[i], error) < 0)
                return -1;
            found = 1;
        }
    for (unsigned i = 0; !found && i < sizeof calls / sizeof *calls; i++)
        if (is(calls[i].name, name, length)) {
            struct rule whole = {.name = calls[i].name, .number = calls[i].number, .error = ENOSYS};
            return add(list, &whole, error);
        }
    return found ? 0 : -1;
}

const char *rules_name(unsigned index)
{
    return index < RULES ? rules[index].name : NULL;
}

int rules_need_tracer(const struct rule_list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        if (list->entries[i].rule.clearance.bits != 0)
            return 1;
    return 0;
}
