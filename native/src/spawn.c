/* SPDX-License-Identifier: MIT */
/*
 * Spawn: clone(CLONE_VM|CLONE_VFORK|CLONE_PIDFD), so that no page is copied, the caller sleeps until execve has
 * succeeded or failed, and the pidfd comes with the birth. spawn_child.c is what the child does.
 *
 * Whose child is it, and when can somebody else take it?
 * - Between clone and execve the child has exit signal 0: it raises no SIGCHLD, and no waiter without __WALL or
 *   __WCLONE sees it. So a runtime that reaps every child it finds never meets one that failed: we reap exactly
 *   that one here. execve makes it an ordinary child. A child that a signal ends before execve has not failed at
 *   any step: it counts as started, its status names the signal, and it keeps exit signal 0.
 * - When clone returns, the program may have ended already, and somebody who waits for any child may have reaped
 *   it. With CLONE_PIDFD that does not matter. Where that flag is missing, pidfd_open may then find nothing, or another
 *   process with that number. So we look again afterwards: while the number belongs to a child of ours that
 *   nobody reaped, it was not given away. Otherwise there is no pidfd. (What remains: the number
 *   reaped, used up once around, and given to another child of ours, all between two system calls.)
 * - The kernel takes CLONE_PIDFD's descriptor before the child exists, so that EMFILE leaves no child. For
 *   pidfd_open a descriptor is held in reserve and given up just before; if another thread snatches
 *   it, there is no pidfd.
 *
 * Signals: a handler that ran in the child would run in the caller's memory. So all are blocked in the calling
 * thread, the child inherits that, and lets signals through only after it has dropped every handler. With
 * CLONE_CLEAR_SIGHAND it has none, and six dozen system calls fewer to make. Then SIGCHLD stays as it is: whether a signal is
 * ignored the kernel decides by the first thread alone, and what that blocks is not. Were SIGCHLD blocked there, each child that ended meanwhile
 * would wake another thread for nothing: with 32 children at once a sixth of their cost. (Not while a lock is held: a handler may spawn.)
 *
 * Under valgrind the child gets a copy of the memory: its answer is lost, and a failure looks like exit code 127.
 *
 * The child's stack lies above a guard; above the stack lie the lists of descriptors: no limit, no malloc. To map and touch
 * it costs as much as a dozen system calls: one is kept from spawn to spawn. Who finds it taken maps another.
 */
#include "clone.h"
#include "lock.h"
#include "spawn.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define FLAGS                                                                                                           \
    (LXE_SPAWN_SESSION | LXE_SPAWN_PROCESS_GROUP | LXE_SPAWN_TERMINAL | LXE_SPAWN_DIRECTORY | LXE_SPAWN_CGROUP |         \
     LXE_SPAWN_UMASK | LXE_SPAWN_NICE | LXE_SPAWN_GROUPS | LXE_SPAWN_GID | LXE_SPAWN_UID)

int32_t lxe__map(uint64_t size, int flags, char **area)
{
#ifdef SYS_mmap2
    const long number = SYS_mmap2;
#else
    const long number = SYS_mmap;
#endif
    if (size > PTRDIFF_MAX)
        return -ENOMEM;
    long result = lxe__syscall(number, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if ((unsigned long)result > -4096UL) /* on 32-bit processors addresses may be negative */
        return (int32_t)result;
    *area = (char *)result;
    return 0;
}

int32_t lxe__stack_map(uint64_t more, char **area, uint64_t *size)
{
    *size = LXE__GUARD_SIZE + LXE__STACK_SIZE + more;
    int32_t error = lxe__map(*size, MAP_STACK, area);
    if (error == 0) {
        error = lxe__syscall(SYS_mprotect, *area, LXE__GUARD_SIZE, PROT_NONE);
        if (error < 0)
            lxe__syscall(SYS_munmap, *area, *size);
    }
    return error;
}

/** Shell's sort: the list is short, or nearly sorted, or both. */
static void sort(int32_t *numbers, uint32_t count)
{
    for (uint32_t gap = count / 2; gap > 0; gap /= 2)
        for (uint32_t i = gap; i < count; i++) {
            int32_t number = numbers[i];
            uint32_t at = i;
            for (; at >= gap && numbers[at - gap] > number; at -= gap)
                numbers[at] = numbers[at - gap];
            numbers[at] = number;
        }
}

/** Takes the options in, whatever their size. */
static int32_t take_options(const struct lxe_spawn_options *options, struct lxe_spawn_options *own)
{
    int32_t size = lxe__struct_size(options, sizeof *own);
    if (size < 0)
        return size;
    memcpy(own, options, (size_t)size);
    if ((own->flags & ~FLAGS) != 0 || own->reserved != 0)
        return -EINVAL;
    if (own->path == NULL || own->arguments == NULL || (own->fds == NULL && own->fd_count != 0) ||
        (own->groups == NULL && own->group_count != 0) || (own->limits == NULL && own->limit_count != 0) ||
        (own->affinity == NULL && own->affinity_count != 0))
        return -EFAULT;
    for (uint32_t i = 0; i < own->limit_count; i++)
        if (own->limits[i].reserved != 0)
            return -EINVAL;
    return 0;
}

/** Copies the descriptor list and sorts its targets; none may be negative or listed twice. */
static int32_t take_fds(struct lxe__spawn *spawn)
{
    const uint32_t count = spawn->options.fd_count;
    for (uint32_t i = 0; i < count; i++) {
        spawn->fds[i] = spawn->options.fds[i];
        spawn->targets[i] = spawn->fds[i].target;
    }
    sort(spawn->targets, count);
    for (uint32_t i = 0; i < count; i++)
        if (spawn->targets[i] < 0 || (i > 0 && spawn->targets[i] == spawn->targets[i - 1]))
            return -EINVAL;
    return 0;
}

/** Notes an option that is a descriptor. */
static void take_single(struct lxe__spawn *spawn, uint32_t flag, int32_t *fd, uint32_t step)
{
    if ((spawn->options.flags & flag) != 0) {
        spawn->singles[spawn->single_count].fd = fd;
        spawn->singles[spawn->single_count++].step = step;
    }
}

void lxe__spawn_add_fd(struct lxe__spawn *spawn, int32_t source, int32_t target)
{
    uint32_t at = spawn->options.fd_count++;
    spawn->fds[at] = (struct lxe_spawn_fd){source, target};
    for (; at > 0 && spawn->targets[at - 1] > target; at--)
        spawn->targets[at] = spawn->targets[at - 1];
    spawn->targets[at] = target;
}

/** The area that is kept: one of the usual size, or NULL while a spawn has it. */
static char *_Atomic spare;

#define SPARE_ROOM 4096 /* for lists */

/** Finds an area for a spawn. */
static int32_t take_area(struct lxe__spawn *spawn, uint64_t room)
{
    if (room > SPARE_ROOM)
        return lxe__stack_map(room, &spawn->area, &spawn->area_size);
    spawn->area_size = LXE__GUARD_SIZE + LXE__STACK_SIZE + SPARE_ROOM;
    spawn->area = atomic_exchange(&spare, NULL);
    return spawn->area != NULL ? 0 : lxe__stack_map(SPARE_ROOM, &spawn->area, &spawn->area_size);
}

static void give_area(const struct lxe__spawn *spawn)
{
    char *none = NULL;
    if (spawn->area_size != LXE__GUARD_SIZE + LXE__STACK_SIZE + SPARE_ROOM ||
        !atomic_compare_exchange_strong(&spare, &none, spawn->area))
        lxe__syscall(SYS_munmap, spawn->area, spawn->area_size);
}

int32_t lxe__spawn_prepare(struct lxe__spawn *spawn, const struct lxe_spawn_options *options)
{
    memset(spawn, 0, sizeof *spawn);
    spawn->reserve = -1;
    spawn->step = LXE_SPAWN_STEP_OPTIONS;
    int32_t error = take_options(options, &spawn->options);
    if (error < 0)
        return error;
    uint64_t room = (uint64_t)spawn->options.fd_count + 6;
    error = take_area(spawn, room * (sizeof *spawn->fds + 2 * sizeof(int32_t)));
    if (error < 0) {
        spawn->area = NULL;
        spawn->step = LXE_SPAWN_STEP_CREATE;
        return error;
    }
    spawn->fds = (struct lxe_spawn_fd *)(void *)(spawn->area + LXE__GUARD_SIZE + LXE__STACK_SIZE);
    spawn->targets = (int32_t *)(void *)(spawn->fds + room);
    spawn->sources = spawn->targets + room;
    error = take_fds(spawn);
    if (error < 0)
        return error;
    spawn->step = LXE_SPAWN_STEP_CREATE;
    take_single(spawn, LXE_SPAWN_TERMINAL, &spawn->options.terminal, LXE_SPAWN_STEP_TERMINAL);
    take_single(spawn, LXE_SPAWN_DIRECTORY, &spawn->options.directory, LXE_SPAWN_STEP_WORKING_DIRECTORY);
    take_single(spawn, LXE_SPAWN_CGROUP, &spawn->options.cgroup, LXE_SPAWN_STEP_CGROUP);
    spawn->close_others = 1;
    spawn->close_range = lxe__feature_enabled(LXE_FEATURE_CLOSE_RANGE);
    return 0;
}

void lxe__spawn_release(const struct lxe__spawn *spawn)
{
    if (spawn->area != NULL)
        give_area(spawn);
}

static _Atomic uint32_t user_lock;

static int changes_user(const struct lxe__spawn *spawn)
{
    return (spawn->options.flags & (LXE_SPAWN_UID | LXE_SPAWN_GID)) != 0;
}

long lxe__dumpable_keep(const struct lxe__spawn *spawn)
{
    if (!changes_user(spawn))
        return 0;
    lxe__lock(&user_lock);
    return lxe__syscall(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
}

void lxe__dumpable_restore(const struct lxe__spawn *spawn, long dumpable)
{
    if (!changes_user(spawn))
        return;
    if (dumpable == 1) /* no other value is lost */
        lxe__syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    lxe__unlock(&user_lock);
}

static int32_t clone_child(struct lxe__spawn *spawn, uint64_t flags, int32_t *parent_tid)
{
    spawn->without_handlers = (flags & LXE_UAPI_CLONE_CLEAR_SIGHAND) != 0;
    return lxe__clone(lxe__spawn_child, spawn, spawn->area + LXE__GUARD_SIZE, LXE__STACK_SIZE, CLONE_VM | CLONE_VFORK | flags, parent_tid,
                      &spawn->in_memory);
}

int32_t lxe__spawn_create(struct lxe__spawn *spawn, uint64_t flags, int32_t *parent_tid)
{
    spawn->parent = lxe__syscall(SYS_getpid);
    int32_t pid = clone_child(spawn, flags, parent_tid);
    if (spawn->without_handlers && lxe__refused(pid)) { /* by a filter that came after clone3 had been found */
        const uint64_t all = UINT64_MAX;
        lxe__syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, NULL, LXE_UAPI_SIGSET_SIZE);
        pid = clone_child(spawn, flags & ~(uint64_t)LXE_UAPI_CLONE_CLEAR_SIGHAND, parent_tid);
    }
    if (pid <= 0 || spawn->error == 0)
        return pid;
    while (lxe__syscall(SYS_wait4, pid, NULL, __WALL, NULL) == -EINTR)
        ;
    return spawn->error;
}

static int32_t open_pidfd(int32_t pid)
{
    return lxe__syscall(LXE_NR_PIDFD_OPEN, pid, 0);
}

/** The child's pidfd where clone gave none, or -1. @reserve: the descriptor that keeps room for it, or -1 */
static int32_t open_child(int32_t pid, int32_t reserve)
{
    if (reserve < 0)
        return -1;
    lxe__syscall(SYS_close, reserve);
    int32_t pidfd = open_pidfd(pid);
    if (pidfd < 0)
        return -1;
    if (lxe__syscall(SYS_waitid, P_PID, pid, NULL, WEXITED | WNOHANG | WNOWAIT | __WALL, NULL) == 0)
        return pidfd;
    lxe__syscall(SYS_close, pidfd);
    return -1;
}

/** Makes the child and its pidfd. All signals are blocked, or all but SIGCHLD. */
static int32_t create(struct lxe__spawn *spawn, uint64_t flags, struct lxe_spawn_result *result)
{
    if (lxe__feature_enabled(LXE_FEATURE_CLONE_PIDFD))
        flags |= LXE_UAPI_CLONE_PIDFD;
    else {
        spawn->reserve = lxe__feature_check(LXE_FEATURE_PIDFD_OPEN);
        if (spawn->reserve == 0)
            spawn->reserve = open_pidfd(lxe__syscall(SYS_getpid));
        if (spawn->reserve == -EMFILE || spawn->reserve == -ENFILE || spawn->reserve == -ENOMEM)
            return spawn->reserve;
    }

    int32_t pidfd = -1; /* before 5.2 the flag is ignored and this stays */
    int32_t pid = lxe__spawn_create(spawn, flags, &pidfd);
    if (pid > 0) {
        result->pid = pid;
        result->pidfd = pidfd >= 0 ? pidfd : open_child(pid, spawn->reserve);
        return 0;
    }
    if (spawn->reserve >= 0)
        lxe__syscall(SYS_close, spawn->reserve);
    if (pidfd >= 0)
        lxe__syscall(SYS_close, pidfd);
    return pid;
}

int32_t lxe_spawn_start(const struct lxe_spawn_options *options, struct lxe_spawn_result *result)
{
    struct lxe_spawn_result out = {.pid = -1, .pidfd = -1};
    int32_t out_size = lxe__struct_size(result, sizeof out);
    if (out_size < 0)
        return out_size;
    if (out_size < (int32_t)offsetof(struct lxe_spawn_result, step))
        return -EINVAL; /* the pidfd would be lost */

    struct lxe__spawn spawn;
    int32_t error = lxe__spawn_prepare(&spawn, options);
    if (error == 0) {
        const uint64_t flags = lxe__feature_enabled(LXE_FEATURE_CLONE_CLEAR_SIGHAND) ? LXE_UAPI_CLONE_CLEAR_SIGHAND : 0;
        const uint64_t blocked = flags != 0 && !changes_user(&spawn) ? ~(1ULL << (SIGCHLD - 1)) : UINT64_MAX;
        uint64_t former;
        lxe__syscall(SYS_rt_sigprocmask, SIG_BLOCK, &blocked, &former, LXE_UAPI_SIGSET_SIZE);
        long dumpable = lxe__dumpable_keep(&spawn);
        error = create(&spawn, flags, &out);
        lxe__dumpable_restore(&spawn, dumpable);
        lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
    }
    lxe__spawn_release(&spawn);
    out.step = error == 0 ? LXE_SPAWN_STEP_NONE : spawn.step;
    out.index = error == 0 ? 0 : spawn.index;
    lxe__struct_give(result, &out, out_size);
    return error;
}
