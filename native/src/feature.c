/* SPDX-License-Identifier: MIT */
/*
 * The feature cache.
 *
 * Each feature has one atomic word that says all there is to say: UNKNOWN (0), PRESENT, DISABLED, or the
 * negative errno with which the probe found it missing. State and reason can't be torn apart, and
 * since no other memory depends on them, relaxed loads and stores serve.
 *
 * A word leaves UNKNOWN once. Two threads may probe at the same time; each then publishes by
 * compare-and-swap from UNKNOWN, the first wins, and the other takes what it finds. Only
 * lxe_feature_disable and the environment store without comparing, and DISABLED is final. With plain
 * stores everywhere this would go wrong:
 *
 *     thread A: probes, finds the feature present
 *     thread B: lxe_feature_disable, stores DISABLED
 *     thread A: stores PRESENT: the feature is back, though B was told that it is off
 *
 * A shortage (no descriptor, no memory, no process) is not stored: the word stays UNKNOWN, the caller
 * gets the errno, and the next one probes again. So a stored negative value is never one of those.
 *
 * LINUXEVENTS_DISABLE is read before the first probe. Threads that come at the same time all read it: the
 * result is the same. `environment_read` is set with release after the last store and read with acquire
 * before the first probe, so nobody probes a feature that another thread is about to switch off.
 *
 * There is no lock, so a signal handler that interrupts a probe, and the child of a fork, find nothing
 * held. Probes that run in a child share its memory with us but never touch the words.
 */
#include "internal.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { UNKNOWN = 0, PRESENT = 1, DISABLED = 2 };

struct feature {
    const char *name;
    const char *substitute;
    uint32_t kernel;
    int32_t absent;   /* the errno value with which a kernel without it answers */
    uint32_t carries; /* a mask of the features that are not there without it either */
};

#define KERNEL(major, minor) ((major) << 16 | (minor))

static const struct feature features[LXE_FEATURE_COUNT] = {
    [LXE_FEATURE_EPOLL_PWAIT2] = {"epoll_pwait2", "ppoll on the epoll set", KERNEL(5, 11), ENOSYS, 0},
    [LXE_FEATURE_CLOSE_RANGE] = {"close_range", "closing what /proc/self/fd lists", KERNEL(5, 9), ENOSYS, 0},
    [LXE_FEATURE_CLONE_PIDFD] = {"clone_pidfd", "pidfd_open of the new child; the reaper", KERNEL(5, 2), EINVAL, 0},
    [LXE_FEATURE_PIDFD_OPEN] = {"pidfd_open", "the reaper, for the children that it starts", KERNEL(5, 3), ENOSYS,
                                1u << LXE_FEATURE_PIDFD_NONBLOCK | 1u << LXE_FEATURE_PIDFD_THREAD},
    [LXE_FEATURE_PIDFD_NONBLOCK] = {"pidfd_nonblock", "LXE_WAIT_NOHANG", KERNEL(5, 10), EINVAL, 0},
    [LXE_FEATURE_PIDFD_THREAD] = {"pidfd_thread", NULL, KERNEL(6, 9), EINVAL, 0},
    [LXE_FEATURE_PIDFD_SIGNAL] = {"pidfd_signal", "kill, for one's own children; the reaper", KERNEL(5, 1), ENOSYS,
                                  1u << LXE_FEATURE_PIDFD_SIGNAL_GROUP},
    [LXE_FEATURE_PIDFD_WAIT] = {"pidfd_wait", "waitid by the number in /proc/self/fdinfo, with pidfd_signal", KERNEL(5, 4), EINVAL, 0},
    [LXE_FEATURE_PIDFD_GETFD] = {"pidfd_getfd", NULL, KERNEL(5, 6), ENOSYS, 0},
    [LXE_FEATURE_PIDFD_INFO] = {"pidfd_info", "/proc/PID/status", KERNEL(6, 13), ENOTTY, 1u << LXE_FEATURE_PIDFD_EXIT_INFO},
    [LXE_FEATURE_PIDFD_EXIT_INFO] = {"pidfd_exit_info", "/proc/PID/stat of a zombie", KERNEL(6, 15), ESRCH, 0},
    [LXE_FEATURE_PIDFD_SIGNAL_GROUP] = {"pidfd_signal_group", "kill, for one's own children; the reaper", KERNEL(6, 9), EINVAL, 0},
    [LXE_FEATURE_EPOLL_PARAMS] = {"epoll_params", NULL, KERNEL(6, 9), ENOTTY, 0},
    [LXE_FEATURE_CLONE_CLEAR_SIGHAND] = {"clone_clear_sighand", "resetting the signals one by one", KERNEL(5, 5), ENOSYS, 0},
};

static _Atomic int32_t states[LXE_FEATURE_COUNT];
static _Atomic int32_t environment_read;

static void disable(uint32_t feature)
{
    atomic_store_explicit(&states[feature], DISABLED, memory_order_relaxed);
    for (uint32_t other = 0; other < LXE_FEATURE_COUNT; other++)
        if ((features[feature].carries >> other & 1) != 0)
            atomic_store_explicit(&states[other], DISABLED, memory_order_relaxed);
}

static void disable_named(const char *name, size_t length)
{
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        size_t same = 0;
        while (same < length && features[feature].name[same] == name[same])
            same++;
        if (same == length && features[feature].name[same] == '\0')
            disable(feature);
    }
}

static void read_environment(void)
{
    if (atomic_load_explicit(&environment_read, memory_order_acquire))
        return;
    const char *list = getenv("LINUXEVENTS_DISABLE");
    while (list != NULL && *list != '\0') {
        size_t length = 0;
        while (list[length] != '\0' && list[length] != ',')
            length++;
        disable_named(list, length);
        list += length + (list[length] == ',');
    }
    atomic_store_explicit(&environment_read, 1, memory_order_release);
}

static int is_shortage(int32_t error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM || error == -EAGAIN;
}

/* PRESENT, DISABLED or a negative errno. */
static int32_t find_out(uint32_t feature)
{
    read_environment();
    int32_t state = atomic_load_explicit(&states[feature], memory_order_relaxed);
    if (state != UNKNOWN)
        return state;
    int32_t error = lxe__feature_probe(feature);
    if (is_shortage(error))
        return error;
    int32_t found = error == 0 ? PRESENT : error;
    return atomic_compare_exchange_strong(&states[feature], &state, found) ? found : state;
}

static int32_t state_of(uint32_t feature)
{
    int32_t state = atomic_load_explicit(&states[feature], memory_order_relaxed);
    return state != UNKNOWN ? state : find_out(feature);
}

int lxe__feature_enabled(uint32_t feature)
{
    return state_of(feature) == PRESENT;
}

int32_t lxe__feature_check(uint32_t feature)
{
    int32_t state = state_of(feature);
    if (state == PRESENT || is_shortage(state))
        return 0;
    return state == DISABLED ? -features[feature].absent : state;
}

int lxe__feature_disabled(uint32_t feature)
{
    read_environment();
    return atomic_load_explicit(&states[feature], memory_order_relaxed) == DISABLED;
}

int32_t lxe_feature_query(uint32_t feature, struct lxe_feature_info *info)
{
    if (feature >= LXE_FEATURE_COUNT)
        return -EINVAL;
    int32_t size = lxe__struct_size(info, sizeof *info);
    if (size < 0)
        return size;
    int32_t state = find_out(feature);
    if (is_shortage(state))
        return state;
    struct lxe_feature_info own = {
        .state = state == PRESENT    ? LXE_FEATURE_PRESENT
                 : state == DISABLED ? LXE_FEATURE_DISABLED
                                     : LXE_FEATURE_MISSING,
        .error = state < 0 ? -state : 0,
        .kernel = features[feature].kernel,
        .name = features[feature].name,
        .substitute = features[feature].substitute,
    };
    lxe__struct_give(info, &own, size);
    return state == PRESENT;
}

int32_t lxe_feature_disable(uint32_t feature)
{
    if (feature >= LXE_FEATURE_COUNT)
        return -EINVAL;
    disable(feature);
    return 0;
}
