/* SPDX-License-Identifier: MIT */
/* Requests to the reaper's helper, from any thread. The protocol stands in reaper.c. */
#include "reaper.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

/** Takes the supplementary groups in: their number, and a hash (FNV-1a) of all but absurdly many. */
static void read_groups(struct lxe__identity *identity, uint32_t *groups)
{
    identity->group_count = lxe__syscall(LXE_NR_GETGROUPS, 0, NULL);
    int32_t count = lxe__syscall(LXE_NR_GETGROUPS, LXE__GROUPS, groups);
    identity->groups = 2166136261;
    for (int32_t i = 0; i < count; i++)
        identity->groups = (identity->groups ^ groups[i]) * 16777619;
}

void lxe__identity_read(struct lxe__identity *identity, uint32_t *groups)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    memset(identity, 0, sizeof *identity);
    lxe__syscall(LXE_NR_GETRESUID, &identity->ids[0], &identity->ids[1], &identity->ids[2]);
    lxe__syscall(LXE_NR_GETRESGID, &identity->ids[3], &identity->ids[4], &identity->ids[5]);
    read_groups(identity, groups);
    identity->no_new_privileges = lxe__syscall(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    lxe__syscall(SYS_capget, &header, identity->capabilities);
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
        result = lxe__syscall(SYS_sendmsg, lxe__reaper.socket, &message, MSG_NOSIGNAL);
    while (result == -EINTR);
    return result < 0 ? result : 0;
}

/** Sends a request with its descriptors, and waits until it is answered or never will be. With the lock held. */
static int32_t ask(enum lxe__request request, const struct lxe_spawn_fd *fds, uint32_t count)
{
    lxe__reaper.request = request;
    lxe__reaper.result = -ESRCH;
    lxe__reaper.answered = 0;
    if (!lxe__reaper_is_ready())
        return -ESRCH;
    int32_t error = 0;
    for (; count > LXE__MESSAGE_FDS && error == 0; fds += LXE__MESSAGE_FDS, count -= LXE__MESSAGE_FDS)
        error = send_message(LXE__MESSAGE_PART, fds, LXE__MESSAGE_FDS);
    if (error == 0)
        error = send_message(LXE__MESSAGE_LAST, fds, count);
    if (error < 0 && send_message(LXE__MESSAGE_FORGET, NULL, 0) < 0)
        lxe__syscall(SYS_shutdown, lxe__reaper.socket, SHUT_RDWR);
    while (lxe__reaper.answered == 0)
        lxe__futex_wait(&lxe__reaper.answered, 0);
    if (error == -EPIPE || error == -ECONNRESET || error == -ECONNREFUSED || error == -ENOTCONN)
        return -ESRCH; /* gone; older kernels have the last two as well */
    return error == 0 ? lxe__reaper.result : error;
}

static int is_open(int32_t fd)
{
    return lxe__syscall(SYS_fcntl, fd, F_GETFD) >= 0;
}

/** Adds what a child would have from the calling thread, were it the parent. */
static int32_t hand_down(struct lxe__spawn *spawn)
{
    struct lxe__identity identity;
    lxe__identity_read(&identity, (uint32_t *)(void *)(spawn->area + LXE__GUARD_SIZE)); /* the stack of the child that is to be */
    const unsigned char *own = (unsigned char *)&identity, *helpers = (unsigned char *)&lxe__reaper.identity;
    for (size_t i = 0; i < sizeof identity; i++)
        if (own[i] != helpers[i])
            return -EPERM;
    struct lxe_spawn_options *options = &spawn->options;
    if ((options->flags & LXE_SPAWN_SESSION) == 0) {
        int32_t group = lxe__syscall(SYS_getpgid, 0);
        if (lxe__syscall(SYS_getsid, 0) != lxe__reaper.session)
            return -EPERM;
        if ((options->flags & LXE_SPAWN_PROCESS_GROUP) == 0 && group != lxe__reaper.process_group) {
            options->flags |= LXE_SPAWN_PROCESS_GROUP;
            options->process_group = group;
        }
    }
    return 0;
}

/** A number that the calling thread could not place is refused, though the helper could. */
static int32_t check_targets(struct lxe__spawn *spawn, uint64_t limit)
{
    for (uint32_t i = 0; i < spawn->options.fd_count; i++)
        if ((uint64_t)spawn->fds[i].target >= limit && spawn->fds[i].source != spawn->fds[i].target) {
            spawn->step = LXE_SPAWN_STEP_DESCRIPTOR;
            spawn->index = i;
            return -EBADF;
        }
    return 0;
}

/** Asks for a child. With the lock held. Return: 0, or a negative errno and the step. */
static int32_t ask_for_child(struct lxe__spawn *spawn)
{
    const uint32_t listed = spawn->options.fd_count;
    const struct lxe_spawn_fd *const fds = spawn->options.fds; /* the caller's: the helper writes to ours */
    for (int32_t number = 0; number <= 2; number++) /* what a child has without being asked, and execve leaves open */
        if (!lxe__is_listed(spawn->targets, spawn->options.fd_count, number) && lxe__syscall(SYS_fcntl, number, F_GETFD) == 0)
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
            lxe__syscall(SYS_futex, &spawn->in_memory, FUTEX_WAIT, present, NULL, NULL, 0);
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
        lxe__handed_read(&handed, spawn.options.signal_keep_ignored);
        spawn.handed = &handed;
        spawn.close_others = 0;
        error = lxe__reaper_is_ready() ? check_targets(&spawn, handed.limits[RLIMIT_NOFILE].soft) : -ESRCH;
    }
    if (error == 0) {
        uint64_t former = lxe__reaper_enter();
        error = lxe__reaper_is_ready() ? hand_down(&spawn) : -ESRCH; /* until then the next helper writes who it is */
        if (error == 0) {
            long dumpable = lxe__dumpable_keep(&spawn);
            error = ask_for_child(&spawn);
            lxe__dumpable_restore(&spawn, dumpable);
        }
        if (error == 0) {
            out.pid = spawn.pid;
            out.child = lxe__reaper.child;
        }
        lxe__reaper_leave(former);
    }
    lxe__spawn_release(&spawn);
    out.step = error == 0 ? LXE_SPAWN_STEP_NONE : spawn.step;
    out.index = error == 0 ? 0 : spawn.index;
    lxe__struct_give(result, &out, out_size);
    return error;
}

/** Has the helper send a signal. */
static int32_t send_signal(uint64_t child, int32_t signal, const siginfo_t *info, uint32_t flags)
{
    int32_t result = lxe__slot_pid(child); /* of what has ended there may be a group left */
    if (result < 0 && (result != -ESRCH || flags != LXE_PIDFD_SIGNAL_GROUP))
        return result;
    if (!lxe__reaper_is_ready())
        return -ESRCH;
    uint64_t former = lxe__reaper_enter();
    lxe__reaper.child = child;
    lxe__reaper.signal = signal;
    lxe__reaper.signal_info = info;
    lxe__reaper.signal_flags = flags;
    result = ask(LXE__REQUEST_SIGNAL, NULL, 0);
    lxe__reaper_leave(former);
    return result;
}

int32_t lxe_reaper_signal(uint64_t child, int32_t signal, uint32_t flags)
{
    return send_signal(child, signal, NULL, flags);
}

int32_t lxe_reaper_queue(uint64_t child, int32_t signal, uint64_t value)
{
    siginfo_t info;
    lxe__queued_info(&info, signal, value);
    return send_signal(child, signal, &info, 0);
}
