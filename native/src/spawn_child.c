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
#include "spawn_child.h"

#include <signal.h>
#include <sys/resource.h>

/** struct linux_dirent64, of getdents64(2). */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static int is_target(const struct lxe__spawn *spawn, int32_t number)
{
    uint32_t low = 0;
    uint32_t high = spawn->options->fd_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (spawn->targets[middle] == number)
            return 1;
        if (spawn->targets[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/** Copies each source that is another entry's target to a number that is nobody's: so swaps and cycles work. */
static int32_t move_sources(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = spawn->options;
    int32_t lowest = 3;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        spawn->index = i;
        int32_t source = options->fds[i].source;
        if (source != options->fds[i].target && is_target(spawn, source)) {
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
    const struct lxe_spawn_options *options = spawn->options;
    for (uint32_t i = 0; i < options->fd_count; i++) {
        spawn->index = i;
        int32_t target = options->fds[i].target;
        long result = spawn->sources[i] == target ? syscall(SYS_fcntl, target, F_SETFD, 0)
                                                  : syscall(SYS_dup3, spawn->sources[i], target, 0);
        if (result < 0)
            return lxe__result(result);
    }
    return 0;
}

/** Closes by close_range what lies between the targets. */
static int32_t close_gaps(const struct lxe__spawn *spawn)
{
    uint32_t first = 3;
    for (uint32_t i = 0; i < spawn->options->fd_count; i++) {
        uint32_t target = (uint32_t)spawn->targets[i];
        if (target > first && syscall(LXE_NR_CLOSE_RANGE, first, target - 1, 0) < 0)
            return -errno;
        if (target >= first)
            first = target + 1;
    }
    return lxe__result(syscall(LXE_NR_CLOSE_RANGE, first, UINT32_MAX, 0));
}

static void close_unless_target(const struct lxe__spawn *spawn, int32_t number)
{
    if (number > 2 && !is_target(spawn, number))
        syscall(SYS_close, number);
}

/** Closes what /proc/self/fd lists. The kernel lists by number, so that closing meanwhile loses nothing. */
static int32_t close_listed(const struct lxe__spawn *spawn)
{
    int32_t directory = lxe__result(syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
    if (directory < 0)
        return directory;
    for (;;) {
        _Alignas(struct entry) char buffer[4096];
        int32_t length = lxe__result(syscall(SYS_getdents64, directory, buffer, sizeof buffer));
        if (length <= 0)
            return length; /* the directory itself goes by execve */
        const struct entry *entry;
        for (int32_t at = 0; at < length; at += entry->length) {
            entry = (const struct entry *)(buffer + at);
            int32_t number = 0;
            for (const char *digit = entry->name; *digit != '\0'; digit++)
                number = *digit == '.' ? 0 : number * 10 + (*digit - '0');
            if (number != directory)
                close_unless_target(spawn, number);
        }
    }
}

/** Closes number by number. One above a limit that was lowered after it had been opened is not found. */
static int32_t close_numbers(const struct lxe__spawn *spawn)
{
    struct {
        uint64_t soft, hard;
    } limit;
    long result = syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
    for (int32_t number = 3; result == 0 && number < INT32_MAX && (uint64_t)number < limit.soft; number++)
        close_unless_target(spawn, number);
    return lxe__result(result);
}

static int32_t close_others(const struct lxe__spawn *spawn)
{
    if (spawn->close_range && close_gaps(spawn) == 0)
        return 0;
    return close_listed(spawn) == 0 ? 0 : close_numbers(spawn);
}

/** The kernel's own call, since libc's hides the signals that libc itself catches. */
static int32_t reset_signals(const struct lxe_spawn_options *options)
{
    /* struct sigaction of the kernel is at most this large, begins with the handler, and is all zeros for SIG_DFL. */
    struct {
        uintptr_t handler, rest[7];
    } action;
    static const struct {
        uintptr_t handler, rest[7];
    } standard = {.handler = (uintptr_t)SIG_DFL};
    for (int signal = 1; signal <= 64; signal++) {
        if (signal == SIGKILL || signal == SIGSTOP)
            continue;
        if ((options->signal_keep_ignored >> (signal - 1) & 1) != 0 &&
            syscall(SYS_rt_sigaction, signal, NULL, &action, LXE_UAPI_SIGSET_SIZE) == 0 &&
            action.handler == (uintptr_t)SIG_IGN)
            continue;
        /* EINVAL: emulators and valgrind keep some numbers for themselves. */
        if (syscall(SYS_rt_sigaction, signal, &standard, NULL, LXE_UAPI_SIGSET_SIZE) < 0 && errno != EINVAL)
            return -errno;
    }
    return lxe__result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &options->signal_mask, NULL, LXE_UAPI_SIGSET_SIZE));
}

static int32_t start(struct lxe__spawn *spawn)
{
    const struct lxe_spawn_options *options = spawn->options;
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
    spawn->step = LXE_SPAWN_STEP_DESCRIPTOR;
    if ((result = move_sources(spawn)) < 0 || (result = place_targets(spawn)) < 0)
        return result;
    spawn->index = 0;
    spawn->step = LXE_SPAWN_STEP_CLOSE;
    if ((result = close_others(spawn)) < 0)
        return result;
    spawn->step = LXE_SPAWN_STEP_SIGNALS;
    if ((result = reset_signals(options)) < 0)
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
