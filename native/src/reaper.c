/* SPDX-License-Identifier: MIT */
/*
 * The reaper: a helper process that spawns and reaps (reaper_helper.c), its children's slots (reaper_slot.c), and here the
 * program's side. Both share the memory, and nothing else that one would keep open or locked for the other. A request is a
 * struct in that memory and a message on a socket, which carries the descriptors. What could go wrong, and what prevents it:
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
 *   the signals blocked that are not libc's own: it shares its thread-local storage, and so errno, with the helper.
 * - The program changes its user after the start: its children would run as the former one. Refused: -EPERM.
 */
#include "reaper.h"

#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct lxe__reaper lxe__reaper;

static int32_t current_process(void)
{
    return (int32_t)syscall(SYS_getpid);
}

void lxe__identity_read(struct lxe__identity *identity)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    memset(identity, 0, sizeof *identity);
    syscall(LXE_NR_GETRESUID, &identity->ids[0], &identity->ids[1], &identity->ids[2]);
    syscall(LXE_NR_GETRESGID, &identity->ids[3], &identity->ids[4], &identity->ids[5]);
    identity->group_count = (int32_t)syscall(LXE_NR_GETGROUPS, 0, NULL);
    identity->no_new_privileges = (int32_t)syscall(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    syscall(SYS_capget, &header, identity->capabilities);
}

/** Blocks every signal and takes the lock. Return: the former mask, for unlock. */
static uint64_t lock(void)
{
    const uint64_t all = UINT64_MAX;
    uint64_t former;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &former, LXE_UAPI_SIGSET_SIZE);
    lxe__lock(&lxe__reaper.lock);
    return former;
}

static void unlock(uint64_t former)
{
    lxe__unlock(&lxe__reaper.lock);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
}

/** Whether this process has a helper that takes requests. Before the lock too: in a copy of the process it is never free. */
static int is_ready(void)
{
    return lxe__reaper.ready == current_process();
}

static int32_t send_message(enum lxe__message kind, const struct lxe_spawn_fd *fds, uint32_t count)
{
    char byte = (char)kind;
    struct iovec content = {&byte, 1};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(LXE__MESSAGE_FDS * sizeof(int32_t))];
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    if (count > 0) {
        memset(control, 0, CMSG_SPACE(0));
        message.msg_control = control;
        message.msg_controllen = CMSG_LEN(count * sizeof(int32_t));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int32_t));
        int32_t *numbers = (int32_t *)(void *)CMSG_DATA(header);
        for (uint32_t i = 0; i < count; i++)
            numbers[i] = fds[i].source;
    }
    int32_t result;
    do
        result = lxe__result(syscall(SYS_sendmsg, lxe__reaper.socket, &message, MSG_NOSIGNAL));
    while (result == -EINTR);
    return result < 0 ? result : 0;
}

/** Sends a request with its descriptors, and waits until it is answered or never will be. With the lock held. */
static int32_t ask(enum lxe__request request, const struct lxe_spawn_fd *fds, uint32_t count)
{
    lxe__reaper.request = request;
    lxe__reaper.result = -ESRCH;
    lxe__reaper.answered = 0;
    if (!is_ready())
        return -ESRCH;
    int32_t error = 0;
    for (; count > LXE__MESSAGE_FDS && error == 0; fds += LXE__MESSAGE_FDS, count -= LXE__MESSAGE_FDS)
        error = send_message(LXE__MESSAGE_PART, fds, LXE__MESSAGE_FDS);
    if (error == 0)
        error = send_message(LXE__MESSAGE_LAST, fds, count);
    if (error < 0 && send_message(LXE__MESSAGE_FORGET, NULL, 0) < 0)
        syscall(SYS_shutdown, lxe__reaper.socket, SHUT_RDWR);
    while (lxe__reaper.answered == 0)
        lxe__futex_wait(&lxe__reaper.answered, 0);
    return error == 0 ? lxe__reaper.result : error == -EPIPE || error == -ECONNRESET ? -ESRCH : error;
}

static int is_open(int32_t fd)
{
    return syscall(SYS_fcntl, fd, F_GETFD) >= 0;
}

/** Adds what a child would have from the calling thread, were it the parent. */
static int32_t hand_down(struct lxe__spawn *spawn)
{
    struct lxe__identity identity;
    lxe__identity_read(&identity);
    const unsigned char *own = (unsigned char *)&identity, *helpers = (unsigned char *)&lxe__reaper.identity;
    for (size_t i = 0; i < sizeof identity; i++)
        if (own[i] != helpers[i])
            return -EPERM;
    struct lxe_spawn_options *options = &spawn->options;
    if ((options->flags & LXE_SPAWN_SESSION) == 0) {
        int32_t group = (int32_t)syscall(SYS_getpgid, 0);
        if ((int32_t)syscall(SYS_getsid, 0) != lxe__reaper.session)
            return -EPERM;
        if ((options->flags & LXE_SPAWN_PROCESS_GROUP) == 0 && group != lxe__reaper.process_group) {
            options->flags |= LXE_SPAWN_PROCESS_GROUP;
            options->process_group = group;
        }
    }
    return 0;
}

/** Asks for a child. With the lock held. Return: 0, or a negative errno and the step. */
static int32_t ask_for_child(struct lxe__spawn *spawn)
{
    const uint32_t listed = spawn->options.fd_count;
    const struct lxe_spawn_fd *const fds = spawn->options.fds; /* the caller's: the helper writes to ours */
    for (int32_t number = 0; number <= 2; number++) /* what a child has without being asked, and execve leaves open */
        if (!lxe__is_listed(spawn->targets, spawn->options.fd_count, number) && syscall(SYS_fcntl, number, F_GETFD) == 0)
            lxe__spawn_add_fd(spawn, number, number);
    for (uint32_t i = 0; i < spawn->single_count; i++)
        spawn->fds[spawn->options.fd_count + i].source = *spawn->singles[i].fd;
    lxe__reaper.spawn = spawn;
    lxe__reaper.child = 0;
    spawn->in_memory = 1;
    int32_t error = ask(LXE__REQUEST_SPAWN, spawn->fds, spawn->options.fd_count + spawn->single_count);
    if (error == -ESRCH && spawn->pid > 0) { /* the helper died with the child in our memory */
        int32_t present;
        while ((present = spawn->in_memory) != 0) /* the kernel's wake-up is not of the private kind */
            syscall(SYS_futex, &spawn->in_memory, FUTEX_WAIT, present, NULL, NULL, 0);
        error = spawn->error;
    }
    if (error < 0 && lxe__reaper.child != 0) /* it died with a slot in hand */
        lxe_reaper_release(lxe__reaper.child);
    if (error == -EBADF && spawn->step == LXE_SPAWN_STEP_CREATE) {
        spawn->step = LXE_SPAWN_STEP_DESCRIPTOR;
        while (spawn->index < listed && is_open(fds[spawn->index].source))
            spawn->index++;
        for (uint32_t i = 0; i < spawn->single_count && spawn->index == listed; i++)
            if (!is_open(*spawn->singles[i].fd))
                spawn->step = spawn->singles[i].step;
        if (spawn->step != LXE_SPAWN_STEP_DESCRIPTOR)
            spawn->index = 0;
    }
    return error;
}

int32_t lxe_reaper_spawn(const struct lxe_spawn_options *options, struct lxe_reaper_child *result)
{
    struct lxe_reaper_child out = {.pid = -1};
    int32_t out_size = lxe__struct_size(result, sizeof out);
    if (out_size < 0)
        return out_size;
    if (out_size < (int32_t)offsetof(struct lxe_reaper_child, step))
        return -EINVAL; /* the handle would be lost */

    struct lxe__spawn spawn;
    struct lxe__handed handed;
    int32_t error = lxe__spawn_prepare(&spawn, options);
    if (error == 0) {
        lxe__handed_read(&handed);
        spawn.handed = &handed;
        spawn.close_others = 0;
        error = is_ready() ? 0 : -ESRCH;
    }
    if (error == 0) {
        uint64_t former = lock();
        error = hand_down(&spawn);
        if (error == 0) {
            long dumpable = lxe__dumpable_keep(&spawn);
            error = ask_for_child(&spawn);
            lxe__dumpable_restore(&spawn, dumpable);
        }
        if (error == 0) {
            out.pid = spawn.pid;
            out.child = lxe__reaper.child;
        }
        unlock(former);
    }
    lxe__spawn_release(&spawn);
    out.step = error == 0 ? LXE_SPAWN_STEP_NONE : spawn.step;
    out.index = error == 0 ? 0 : spawn.index;
    lxe__struct_give(result, &out, out_size);
    return error;
}

int32_t lxe_reaper_signal(uint64_t child, int32_t signal)
{
    int32_t result = lxe__slot_pid(child);
    if (result < 0)
        return result;
    if (!is_ready())
        return -ESRCH;
    uint64_t former = lock();
    lxe__reaper.child = child;
    lxe__reaper.signal = signal;
    result = ask(LXE__REQUEST_SIGNAL, NULL, 0);
    unlock(former);
    return result;
}

int32_t lxe_reaper_pid(void)
{
    int32_t pid = lxe__reaper.pid;
    return is_ready() ? pid : -ESRCH;
}

int32_t lxe_reaper_stop(void)
{
    if (!is_ready())
        return -ESRCH;
    uint64_t former = lock();
    int32_t error = is_ready() ? lxe__result(syscall(SYS_shutdown, lxe__reaper.socket, SHUT_RDWR)) : -ESRCH;
    unlock(former);
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
    int32_t error = lxe__result(syscall(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
    if (error < 0)
        return error;
    lxe__reaper.socket = ends[0];
    lxe__reaper.helper_socket = ends[1];
    int32_t pid = lxe__result(clone(lxe__reaper_helper, stack + LXE__GUARD_SIZE + LXE__STACK_SIZE, CLONE_VM | CLONE_FS, NULL));
    syscall(SYS_close, ends[1]);
    if (pid < 0)
        syscall(SYS_close, ends[0]);
    return pid;
}

/** Waits for the helper, and does what it can't do any more. Return: as lxe_reaper_run. */
static int32_t await_helper(int32_t pid)
{
    int status = SIGKILL; /* also if somebody else should have reaped it */
    while (lxe__result(syscall(SYS_wait4, pid, &status, __WALL, NULL)) == -EINTR) /* waitid takes __WALL since 4.7 only */
        ;
    lxe__reaper.ready = 0;
    lxe__slots_lose();
    lxe__reaper.answered = 1;
    lxe__futex_wake(&lxe__reaper.answered, INT32_MAX);
    uint64_t former = lock();
    syscall(SYS_close, lxe__reaper.socket);
    unlock(former);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EOWNERDEAD;
}

/** Starts the helper and waits for it, with the signals blocked that are not libc's own (32 and 33, with musl also 34). */
static int32_t run(void)
{
    uint64_t stack_size;
    int32_t error = lxe__slots_map();
    if (error < 0)
        return error;
    char *stack = lxe__stack_map(0, &stack_size);
    if (stack == MAP_FAILED)
        return -errno;
    const uint64_t most = ~(UINT64_C(7) << 31);
    uint64_t former;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &most, &former, LXE_UAPI_SIGSET_SIZE);
    int32_t pid = start_helper(stack);
    int32_t result = pid < 0 ? pid : await_helper(pid);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &former, NULL, LXE_UAPI_SIGSET_SIZE);
    syscall(SYS_munmap, stack, (size_t)stack_size);
    return result;
}

/** Claims the reaper for this process. */
static int32_t claim(void)
{
    int32_t self = current_process(), owner = lxe__reaper.owner;
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
    int32_t result = (flags & ~LXE_REAPER_ORPHANS) != 0 ? -EINVAL : claim();
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
