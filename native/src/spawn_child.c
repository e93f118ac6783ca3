/* SPDX-License-Identifier: MIT */
/*
 * What runs in the child between clone and execve.
 *
 * It runs in the caller's memory and with the caller's thread-local storage, on a stack of its own. So it may call nothing
 * of libc (where system calls go by libc's function, errno stays what it was). It allocates nothing and touches nothing but
 * struct lxe__spawn. What it does to descriptors, directory and signal
 * actions is its own: those tables were copied.
 *
 * The order matters. Every signal is blocked until the last step, and no caught signal is left when they
 * are let through: a handler of the caller must never run here. Sources are moved out of the way before
 * the first target is overwritten, and nothing is closed before every target is in place.
 */
#include "spawn.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static int is_target(const struct lxe__spawn *spawn, int32_t number)
{
    return lxe__is_listed(spawn->targets, spawn->options.fd_count, number);
}

/** Copies each source that is another entry's target to a number that is nobody's: so swaps and cycles work. */
static int32_t move_sources(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = &spawn->options;
    int32_t lowest = 3;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        spawn->index = i;
        int32_t source = spawn->fds[i].source;
        if (source != spawn->fds[i].target && is_target(spawn, source)) {
            int32_t copy;
            do {
                copy = lxe__syscall(SYS_fcntl, source, F_DUPFD_CLOEXEC, lowest);
                if (copy < 0)
                    return copy;
                lowest = copy + 1;
            } while (is_target(spawn, copy));
            source = copy;
        }
        spawn->sources[i] = source;
    }
    return 0;
}

static int32_t place_targets(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = &spawn->options;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        spawn->index = i;
        int32_t target = spawn->fds[i].target;
        int32_t result = spawn->sources[i] == target ? lxe__syscall(SYS_fcntl, target, F_SETFD, 0)
                                                  : lxe__syscall(SYS_dup3, spawn->sources[i], target, 0);
        if (result < 0)
            return result;
    }
    return 0;
}

/**
 * Whether the action is the default, or shall stay what it is: an ignored signal that is to be kept. execve makes every caught
 * signal a default one by itself, but that is too late. What the helper's children have is what it has: nothing but defaults.
 */
static int is_in_order(const struct lxe__spawn *spawn, int signal)
{
    struct lxe__action action;
    if (spawn->handed != NULL)
        return 1;
    if ((spawn->options.signal_keep_ignored >> (signal - 1) & 1) == 0)
        return 0;
    return spawn->without_handlers || (lxe__action_change(signal, NULL, &action) == 0 &&
                                       (action.handler == (uintptr_t)SIG_IGN || action.handler == (uintptr_t)SIG_DFL));
}

static int32_t reset_signals(struct lxe__spawn *spawn)
{
    static const struct lxe__action standard = {.handler = (uintptr_t)SIG_DFL}, ignored = {.handler = (uintptr_t)SIG_IGN};
    for (int signal = 1; signal <= 64; signal++) {
        const int ignore = spawn->handed != NULL && (spawn->handed->ignored >> (signal - 1) & 1) != 0;
        if (!ignore && is_in_order(spawn, signal))
            continue;
        int32_t error = lxe__action_change(signal, ignore ? &ignored : &standard, NULL);
        if (error < 0 && error != -EINVAL)
            return error;
    }
    return lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &spawn->options.signal_mask, NULL, LXE_UAPI_SIGSET_SIZE);
}

static int has(const struct lxe__spawn *spawn, uint32_t flag)
{
    return (spawn->options.flags & flag) != 0;
}

static int32_t start_session(struct lxe__spawn *spawn)
{
    return has(spawn, LXE_SPAWN_SESSION) ? lxe__syscall(SYS_setsid) : 0;
}

static int32_t take_terminal(struct lxe__spawn *spawn)
{
    return has(spawn, LXE_SPAWN_TERMINAL) ? lxe__syscall(SYS_ioctl, spawn->options.terminal, TIOCSCTTY, 0) : 0;
}

static int32_t join_group(struct lxe__spawn *spawn)
{
    return has(spawn, LXE_SPAWN_PROCESS_GROUP) ? lxe__syscall(SYS_setpgid, 0, spawn->options.process_group) : 0;
}

static int32_t join_cgroup(struct lxe__spawn *spawn)
{
    if (!has(spawn, LXE_SPAWN_CGROUP))
        return 0;
    int32_t fd = lxe__syscall(SYS_openat, spawn->options.cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return fd;
    int32_t result = lxe__syscall(SYS_write, fd, "0", 1);
    lxe__syscall(SYS_close, fd);
    return result;
}

static int32_t change_directory(struct lxe__spawn *spawn)
{
    int32_t result = has(spawn, LXE_SPAWN_DIRECTORY) ? lxe__syscall(SYS_fchdir, spawn->options.directory) : 0;
    if (result == 0 && spawn->options.working_directory != NULL)
        result = lxe__syscall(SYS_chdir, spawn->options.working_directory);
    if (has(spawn, LXE_SPAWN_UMASK))
        lxe__syscall(SYS_umask, spawn->options.umask);
    return result;
}

static int32_t place_descriptors(struct lxe__spawn *spawn)
{
    int32_t result = move_sources(spawn);
    if (result == 0)
        result = place_targets(spawn);
    if (result == 0)
        spawn->index = 0;
    return result;
}

static int32_t close_others(struct lxe__spawn *spawn)
{
    if (!spawn->close_others)
        return 0;
    return lxe__close_others(3, spawn->targets, spawn->options.fd_count, spawn->close_range);
}

/** Like other limits after the descriptors: one may have a number that is forbidden from now on. */
static int32_t take_handed(struct lxe__spawn *spawn)
{
    return spawn->handed != NULL ? lxe__handed_apply(spawn->handed, &spawn->step) : 0;
}

static int32_t set_limits(struct lxe__spawn *spawn)
{
    for (uint32_t i = 0; i < spawn->options.limit_count; i++) {
        spawn->index = i;
        const struct lxe_spawn_limit *limit = &spawn->options.limits[i];
        int32_t error = lxe__syscall(SYS_prlimit64, 0, limit->resource, &limit->soft, NULL);
        if (error < 0)
            return error;
    }
    spawn->index = 0;
    return 0;
}

static int32_t set_nice(struct lxe__spawn *spawn)
{
    return has(spawn, LXE_SPAWN_NICE) ? lxe__syscall(SYS_setpriority, PRIO_PROCESS, 0, spawn->options.nice) : 0;
}

static int32_t set_affinity(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = &spawn->options;
    if (options->affinity == NULL)
        return 0;
    return lxe__syscall(SYS_sched_setaffinity, 0, options->affinity_count * sizeof *options->affinity, options->affinity);
}

/** The kernel's own calls, which change this process alone. The user last: it may change the others. */
static int32_t change_user(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = &spawn->options;
    int32_t result = 0;
    if (has(spawn, LXE_SPAWN_GROUPS))
        result = lxe__syscall(LXE_NR_SETGROUPS, options->group_count, options->groups);
    if (result == 0 && has(spawn, LXE_SPAWN_GID))
        result = lxe__syscall(LXE_NR_SETRESGID, options->gid, options->gid, options->gid);
    if (result == 0 && has(spawn, LXE_SPAWN_UID))
        result = lxe__syscall(LXE_NR_SETRESUID, options->uid, options->uid, options->uid);
    return result;
}

/** After the user, whose change forgets it. A parent that ended before gives no signal: then nobody hears our answer either. */
static int32_t expect_parent_death(struct lxe__spawn *spawn)
{
    if (spawn->options.parent_death_signal == 0)
        return 0;
    int32_t result = lxe__syscall(SYS_prctl, PR_SET_PDEATHSIG, spawn->options.parent_death_signal, 0, 0, 0);
    int32_t parent = lxe__syscall(SYS_getppid); /* 0: in another pid namespace */
    return result == 0 && parent != spawn->parent && parent != 0 ? -ESRCH : result;
}

static int32_t execute(struct lxe__spawn *spawn)
{
    static const char *const empty[] = {NULL};
    const struct lxe_spawn_options *options = &spawn->options;
    return lxe__syscall(SYS_execve, options->path, options->arguments,
                               options->environment != NULL ? options->environment : empty);
}

static const struct {
    uint32_t number;
    int32_t (*run)(struct lxe__spawn *);
} steps[] = {
    {LXE_SPAWN_STEP_SESSION, start_session},
    {LXE_SPAWN_STEP_TERMINAL, take_terminal},
    {LXE_SPAWN_STEP_PROCESS_GROUP, join_group},
    {LXE_SPAWN_STEP_CGROUP, join_cgroup},
    {LXE_SPAWN_STEP_WORKING_DIRECTORY, change_directory},
    {LXE_SPAWN_STEP_DESCRIPTOR, place_descriptors},
    {LXE_SPAWN_STEP_CLOSE, close_others},
    {LXE_SPAWN_STEP_LIMIT, take_handed},
    {LXE_SPAWN_STEP_LIMIT, set_limits},
    {LXE_SPAWN_STEP_NICE, set_nice},
    {LXE_SPAWN_STEP_AFFINITY, set_affinity},
    {LXE_SPAWN_STEP_CREDENTIALS, change_user},
    {LXE_SPAWN_STEP_PARENT_DEATH, expect_parent_death},
    {LXE_SPAWN_STEP_SIGNALS, reset_signals},
    {LXE_SPAWN_STEP_EXEC, execute},
};

int lxe__spawn_child(void *argument)
{
    struct lxe__spawn *spawn = argument;
    int32_t result = 0;
    if (spawn->reserve >= 0)
        lxe__syscall(SYS_close, spawn->reserve); /* or it would be what a stale number among the options means */
    for (uint32_t i = 0; i < sizeof steps / sizeof *steps && result >= 0; i++) {
        spawn->step = steps[i].number;
        result = steps[i].run(spawn);
    }
    spawn->error = result;
    for (;;)
        lxe__syscall(SYS_exit_group, 127);
}
