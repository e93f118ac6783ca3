/* SPDX-License-Identifier: MIT */
/*
 * What runs in the child between clone and execve.
 *
 * It runs in the caller's memory and with the caller's thread-local storage, on a stack of its own. So it may call nothing
 * of libc but syscall(), whose errno is that of the thread which waits for it. It allocates nothing and
 * touches nothing but struct lxe__spawn. What it does to descriptors, directory and signal
 * actions is its own: those tables were copied.
 *
 * The order matters. Every signal is blocked until the last step, and no caught signal is left when they
 * are let through: a handler of the caller must never run here. Sources are moved out of the way before
 * the first target is overwritten, and nothing is closed before every target is in place.
 */
#include "spawn.h"

#include <signal.h>

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
                copy = lxe__result(syscall(SYS_fcntl, source, F_DUPFD_CLOEXEC, lowest));
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
        long result = spawn->sources[i] == target ? syscall(SYS_fcntl, target, F_SETFD, 0)
                                                  : syscall(SYS_dup3, spawn->sources[i], target, 0);
        if (result < 0)
            return lxe__result(result);
    }
    return 0;
}

/** The kernel's own call, since libc's hides the signals that libc itself catches. */
static int32_t reset_signals(const struct lxe__spawn *spawn)
{
    /* struct sigaction of the kernel is at most this large and begins with the handler. */
    static const struct {
        uintptr_t handler, rest[7];
    } standard = {.handler = (uintptr_t)SIG_DFL}, ignored = {.handler = (uintptr_t)SIG_IGN};
    for (int signal = 1; signal <= 64; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP)
            continue;
        /* EINVAL: emulators and valgrind keep some numbers for themselves. */
        if (syscall(SYS_rt_sigaction, signal, (spawn->ignored >> (signal - 1) & 1) != 0 ? &ignored : &standard, NULL,
                    LXE_UAPI_SIGSET_SIZE) < 0 && errno != EINVAL)
            return -errno;
    }
    return lxe__result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &spawn->options.signal_mask, NULL, LXE_UAPI_SIGSET_SIZE));
}

static int32_t start(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = &spawn->options;
    static const char *const empty[] = {NULL};
    int32_t result;

    spawn->step = LXE_SPAWN_STEP_SESSION;
    if ((options->flags & LXE_SPAWN_SESSION) != 0 && (result = lxe__result(syscall(SYS_setsid))) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_PROCESS_GROUP;
    if ((options->flags & LXE_SPAWN_PROCESS_GROUP) != 0 &&
        (result = lxe__result(syscall(SYS_setpgid, 0, options->process_group))) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_WORKING_DIRECTORY;
    if (options->working_directory != NULL && (result = lxe__result(syscall(SYS_chdir, options->working_directory))) < 0)
        return result;
    if (spawn->handed != NULL && (result = lxe__handed_apply(spawn->handed, &spawn->step)) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_DESCRIPTOR;
    if ((result = move_sources(spawn)) < 0 || (result = place_targets(spawn)) < 0)
        return result;
    spawn->index = 0;
    spawn->step = LXE_SPAWN_STEP_CLOSE;
    if (spawn->close_others &&
        (result = lxe__close_others(3, spawn->targets, options->fd_count, spawn->close_range)) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_SIGNALS;
    if ((result = reset_signals(spawn)) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_EXEC;
    return lxe__result(syscall(SYS_execve, options->path, options->arguments,
                               options->environment != NULL ? options->environment : empty));
}

int lxe__spawn_child(void *argument)
{
    struct lxe__spawn *spawn = argument;
    spawn->error = start(spawn);
    for (;;)
        syscall(SYS_exit_group, 127);
}
