/* SPDX-License-Identifier: MIT */
/*
 * The reaper: a helper process that spawns and reaps (reaper_helper.c), its children's slots (reaper_slot.c), requests
 * (reaper_request.c), and here its beginning and end. Program and helper share the memory, and nothing else that one
 * would keep open or locked for the other. A request is a struct in that memory and a message on a socket, which carries the
 * descriptors. What could go wrong, and what prevents it:
 *
 * - The program dies, by whatever means: its end of the socket is closed by the kernel, the helper reads end of file and
 *   leaves. (A shared table of descriptors would keep its ports open; PDEATHSIG fires when the creating thread ends, not after
 *   setuid, and not at all if the parent is dead already.) execve is the same: the socket is close-on-exec, and the
 *   memory, which the helper keeps until it has left, is no longer the program's.
 * - The helper dies. The thread in lxe_reaper_run waits for it and nothing else, by its number and with __WALL, as its exit
 *   signal is 0: no SIGCHLD, and no waiter for any child finds it. It marks every live child as lost, wakes those who
 *   wait, then answers the request in flight in the helper's place.
 * - A request comes after that: it would wait for ever. So who asks clears `answered`, then looks whether the helper is
 *   `ready`; the thread clears `ready`, then sets `answered`. One of them sees the other.
 * - The helper dies while its newest child still runs in our memory, on our stack, with our arguments: they may not go
 *   before it has left. The kernel tells when: it wrote the child's number at its birth (CLONE_PARENT_SETTID), and clears
 *   `in_memory` when the child executes or ends (CLONE_CHILD_CLEARTID). So such a request has its true result.
 * - A full socket: only requests and their descriptors go through it, one request at a time, and the helper takes them
 *   as they come. Statuses go through memory and an eventfd, so that the helper never waits for the program.
 * - fork: the child has a copy of all this and of the socket. `ready` is the process that may ask; no other one comes
 *   as far as the lock, which another thread may have held. Its waits are -ECHILD.
 * - The thread is parked in a wait, not in a vfork (which is not interruptible and would hang a setuid of the program), with
 *   the signals blocked that are not libc's own: its thread-local storage is the helper's, too.
 * - The program changes its user after the start: its children would run as the former one. Refused: -EPERM.
 */
#include "reaper.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct lxe__reaper lxe__reaper;

int32_t lxe_reaper_pid(void)
{
    int32_t pid = lxe__reaper.pid;
    return lxe__reaper_is_ready() ? pid : -ESRCH;
}

int32_t lxe_reaper_stop(void)
{
    if (!lxe__reaper_is_ready())
        return -ESRCH;
    uint64_t former = lxe__reaper_enter();
    int32_t error = lxe__reaper_is_ready() ? lxe__syscall(SYS_shutdown, lxe__reaper.socket, SHUT_RDWR) : -ESRCH;
    lxe__reaper_leave(former);
    return error;
}

int32_t lxe_reaper_orphans(uint64_t *count)
{
    if (count == NULL)
        return -EFAULT;
    *count = lxe__reaper.orphans;
    return 0;
}

/** Makes the helper. Return: its process id, or a negative errno. */
static int32_t start_helper(char *stack)
{
    int32_t ends[2];
    int32_t error = lxe__syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
    if (error < 0)
        return error;
    lxe__reaper.socket = ends[0];
    lxe__reaper.helper_socket = ends[1];
    int32_t pid = lxe__result(clone(lxe__reaper_helper, stack + LXE__GUARD_SIZE + LXE__STACK_SIZE, CLONE_VM | CLONE_FS, NULL));
    lxe__syscall(SYS_close, ends[1]);
    if (pid < 0)
        lxe__syscall(SYS_close, ends[0]);
    return pid;
}

/** Waits for the helper, and does what it can't do any more. Return: as lxe_reaper_run. */
static int32_t await_helper(int32_t pid)
{
    int status = SIGKILL; /* also if somebody else should have reaped it */
    while (lxe__syscall(SYS_wait4, pid, &status, __WALL, NULL) == -EINTR) /* waitid takes __WALL since 4.7 only */
        ;
    lxe__reaper.ready = 0;
    lxe__slots_lose();
    lxe__reaper.answered = 1;
    lxe__futex_wake(&lxe__reaper.answered, INT32_MAX);
    uint64_t former = lxe__reaper_enter();
    lxe__syscall(SYS_close, lxe__reaper.socket);
    lxe__reaper_leave(former);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EOWNERDEAD;
}

/** Starts the helper and waits for it, with the signals blocked that are not libc's own (32 and 33, with musl also 34). */
static int32_t run(void)
{
    uint64_t stack_size;
    char *stack;
    int32_t error = lxe__slots_map();
    if (error == 0)
        error = lxe__stack_map(0, &stack, &stack_size);
    if (error < 0)
        return error;
    const uint64_t most = ~(UINT64_C(7) << 31);
    uint64_t former;
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &most, &former, LXE_UAPI_SIGSET_SIZE);
    int32_t pid = start_helper(stack);
    int32_t result = pid < 0 ? pid : await_helper(pid);
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
    lxe__syscall(SYS_munmap, stack, stack_size);
    return result;
}

/** Claims the reaper for this process. */
static int32_t claim(void)
{
    int32_t self = lxe__syscall(SYS_getpid), owner = lxe__reaper.owner;
    if (owner == self || !atomic_compare_exchange_strong(&lxe__reaper.owner, &owner, self))
        return -EBUSY;
    if (owner != 0) { /* we are a copy of that process: it has the helper, the children and perhaps the lock */
        lxe__reaper.ready = 0;
        lxe__reaper.lock = 0;
        lxe__reaper.orphans = 0;
        lxe__slots_lose();
    }
    return 0;
}

int32_t lxe_reaper_run(uint32_t flags, int32_t changes)
{
    int32_t result = (flags & ~LXE_REAPER_ORPHANS) != 0 ? -EINVAL : 0;
    if (result == 0 && changes != -1 && lxe__syscall(SYS_fcntl, changes, F_GETFD) < 0)
        result = -EBADF;
    if (result == 0)
        result = claim();
    if (result == 0) {
        lxe__reaper.flags = flags;
        lxe__reaper.changes = changes;
        lxe__reaper.close_range = lxe__feature_enabled(LXE_FEATURE_CLOSE_RANGE);
        result = run();
        lxe__reaper.owner = 0;
    }
    if (changes >= 0)
        lxe_eventfd_write(changes, 1);
    return result;
}
