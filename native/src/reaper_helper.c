/* SPDX-License-Identifier: MIT */
/*
 * The reaper's helper: a process with the program's memory, a table of descriptors of its own, and no thread-local storage but
 * that of the thread in lxe_reaper_run, which sleeps. Like a child before execve it calls nothing of libc.
 *
 * Every signal is blocked: a handler of the program would run in the program's memory. They come by a signalfd instead, that
 * of a child's end and those sent to the whole process group, which would pile up unread. Requests come by the socket, and
 * the end of file that is the end of the program.
 *
 * It asks for any child (P_ALL), which nobody in the program may do: it has no children but those that it made, and
 * their orphans where it was told to take them. A signal that it sends can't meet another process: it is who reaps.
 */
#include "reaper.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

static _Noreturn void leave(int32_t error)
{
    for (;;)
        lxe__syscall(SYS_exit_group, -error);
}

static void tell_change(void)
{
    const uint64_t one = 1;
    if (lxe__reaper.changes >= 0)
        lxe__syscall(SYS_write, lxe__reaper.changes, &one, sizeof one);
}

static void answer(int32_t result)
{
    lxe__reaper.result = result;
    lxe__reaper.answered = 1;
    lxe__futex_wake(&lxe__reaper.answered, INT32_MAX);
}

/** Reaps all that have ended, and notes all that have stopped or continued. */
static void reap(void)
{
    int changed = 0;
    for (;;) {
        siginfo_t info = {0};
        struct lxe_uapi_rusage usage;
        if (lxe__syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WSTOPPED | WCONTINUED | WNOHANG, &usage) < 0 ||
            info.si_pid == 0)
            break;
        const struct lxe_pidfd_status status = lxe__status_of(&info, &usage);
        int ended = status.code == CLD_EXITED || status.code == CLD_KILLED || status.code == CLD_DUMPED;
        if (lxe__slot_publish(&status, ended))
            changed = 1;
        else if (ended)
            lxe__reaper.orphans++;
    }
    if (changed)
        tell_change();
}

static int32_t spawn(struct lxe__spawn *request)
{
    uint64_t child = lxe__slot_take();
    if (child == 0)
        return -EAGAIN;
    lxe__reaper.child = child;
    int32_t pid = lxe__spawn_create(request, CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD, &request->pid);
    if (pid > 0) {
        lxe__slot_born(child, pid);
        return 0;
    }
    lxe__slot_cancel(child);
    lxe__reaper.child = 0;
    return pid;
}

static int32_t serve(void)
{
    if (lxe__reaper.request == LXE__REQUEST_SPAWN)
        return spawn(lxe__reaper.spawn);
    int32_t pid = lxe__reaper.signal_flags == LXE_PIDFD_SIGNAL_GROUP ? lxe__slot_group(lxe__reaper.child)
                                                                    : lxe__slot_pid(lxe__reaper.child);
    if (pid < 0)
        return pid;
    return lxe__signal_by_number(pid, lxe__reaper.signal, lxe__reaper.signal_info, lxe__reaper.signal_flags);
}

/** Takes one message, which may complete a request. @received: how many of its descriptors have come */
static void receive(uint32_t *received)
{
    char kind = 0;
    struct iovec content = {&kind, 1};
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(LXE__MESSAGE_FDS * sizeof(int32_t))];
    struct msghdr message = {0};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    int32_t length = lxe__syscall(SYS_recvmsg, lxe__reaper.helper_socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (length == -EAGAIN || length == -EINTR)
        return;
    if (length <= 0)
        leave(length);
    struct lxe_spawn_fd *fds = lxe__reaper.request == LXE__REQUEST_SPAWN ? lxe__reaper.spawn->fds : NULL;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_type == SCM_RIGHTS) {
        const int32_t *numbers = (const int32_t *)(const void *)CMSG_DATA(header);
        for (size_t i = 0; CMSG_LEN((i + 1) * sizeof *numbers) <= header->cmsg_len; i++)
            fds[(*received)++].source = numbers[i];
    }
    if (kind == LXE__MESSAGE_PART)
        return;
    int32_t result = -ECANCELED;
    if (kind == LXE__MESSAGE_LAST) {
        struct lxe__spawn *request = lxe__reaper.spawn;
        result = -EMFILE;
        if (fds == NULL)
            result = serve();
        else if (*received == request->options.fd_count + request->single_count) {
            for (uint32_t i = 0; i < request->single_count; i++)
                *request->singles[i].fd = fds[request->options.fd_count + i].source;
            result = serve();
        } else
            request->step = LXE_SPAWN_STEP_DESCRIPTOR;
    }
    while (*received > 0)
        lxe__syscall(SYS_close, fds[--*received].source);
    answer(result);
    if (result == 0)
        reap(); /* a child that a signal ended before execve may have made room meanwhile */
}

/** As many descriptors as there may be: the children get the limits of those who ask. */
static void raise_limit(void)
{
    struct {
        uint64_t soft, hard;
    } limit;
    if (lxe__syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) == 0) {
        limit.soft = limit.hard;
        lxe__syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
    }
}

/** Makes itself independent of the program. Return: a descriptor that is readable when signals have come. */
static int32_t prepare(void)
{
    static const struct lxe__action standard = {.handler = (uintptr_t)SIG_DFL};
    const uint64_t all = UINT64_MAX;
    lxe__syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, LXE_UAPI_SIGSET_SIZE);
    lxe__syscall(SYS_prctl, PR_SET_NAME, "lxe-reaper", 0, 0, 0);
    const int32_t own = lxe__reaper.helper_socket, changes = lxe__reaper.changes;
    const int32_t kept[] = {own < changes ? own : changes, own < changes ? changes : own};
    int32_t error = lxe__close_others(0, kept[0] < 0 ? kept + 1 : kept, kept[0] < 0 ? 1 : 2, lxe__reaper.close_range);
    for (int signal = 1; signal <= 64 && error == 0; signal++) { /* SIGCHLD for its own sake, the others for its children's */
        error = lxe__action_change(signal, &standard, NULL);
        if (error == -EINVAL && signal != SIGCHLD)
            error = 0;
    }
    if (error == 0 && (lxe__reaper.flags & LXE_REAPER_ORPHANS) != 0)
        error = lxe__syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    if (error < 0)
        return error;
    raise_limit();
    return lxe__syscall(SYS_signalfd4, -1, &all, LXE_UAPI_SIGSET_SIZE, O_CLOEXEC | O_NONBLOCK);
}

int lxe__reaper_helper(void *unused)
{
    (void)unused;
    int32_t signals = prepare();
    if (signals < 0)
        leave(signals);
    uint32_t groups[LXE__GROUPS];
    lxe__identity_read(&lxe__reaper.identity, groups);
    lxe__reaper.session = lxe__syscall(SYS_getsid, 0);
    lxe__reaper.process_group = lxe__syscall(SYS_getpgid, 0);
    lxe__reaper.pid = lxe__syscall(SYS_getpid);
    lxe__reaper.ready = lxe__reaper.owner;
    tell_change();
    uint32_t received = 0;
    struct pollfd sources[] = {{.fd = signals, .events = POLLIN}, {.fd = lxe__reaper.helper_socket, .events = POLLIN}};
    for (;;) {
        int32_t count = lxe__syscall(SYS_ppoll, sources, 2, NULL, NULL, LXE_UAPI_SIGSET_SIZE);
        if (count < 0 && count != -EINTR)
            leave(count);
        if (count > 0 && sources[0].revents != 0) {
            char infos[128 * 4];
            lxe__syscall(SYS_read, signals, infos, sizeof infos);
            reap();
        }
        if (count > 0 && sources[1].revents != 0)
            receive(&received);
    }
}
