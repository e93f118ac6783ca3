/* SPDX-License-Identifier: MIT */
/*
 * The relay: one handler writes each signal into a pipe for each subscription (relay_handler.c). Handlers run on any
 * thread, beside open and close and in the middle of any other code. What could go wrong, and what prevents it:
 *
 * - A handler is about to write while another thread closes its subscription: it would write into whatever gets the
 *   descriptor's number next. So a handler counts itself in, looks once more whether the subscription has an owner,
 *   writes, and counts itself out. Close takes the owner away, waits for the count to be zero, and only then closes
 *   and gives the slot free. Who looks later finds no owner and stays out: the wait is short however fast signals come.
 * - A handler interrupts open or close on its own thread and needs the lock which that thread holds. So all signals are
 *   blocked while the lock is held.
 * - Another handler interrupts ours after it has counted itself in, and leaves by longjmp. So all signals are blocked
 *   there too. The handler that was there before us is called after counting out and under its own mask: it may
 *   jump, exit or block.
 * - The kernel has chosen our handler, but the last subscription ends before the handler looks. Nobody may lose the
 *   signal: the handler takes the lock (nobody waits for it any more, it is not counted in), finds the former action
 *   back in place, and sends the signal to its own thread once more.
 * - Somebody has installed a handler above ours. At the end we do not take it away; we stay and call what was there
 *   before us, if it is a function. If it is the default, nothing happens: he would not have called a default either.
 *   When he goes, the kernel calls us without a subscription, which is the case above: we put the former action back.
 * - Somebody stands above us, and a new subscription must be heard. To install the same function again would make a
 *   circle: we call him, he calls us. So each installation has a function of its own, a level. The highest one
 *   delivers, every one calls what was there before it. If he goes he takes the levels above him along, so
 *   a lower level that finds itself in place delivers too.
 * - fork. A subscription belongs to the process that opened it. In another one, be it a copy or (vfork) in the same memory,
 *   the handler touches nothing of this state: it puts the former action back in that process and sends the signal again.
 */
#include "lock.h"
#include "relay.h"

#define REFUSED                                                                                                        \
    (BIT(SIGKILL) | BIT(SIGSTOP) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGSEGV) | BIT(SIGSYS) | \
     BIT(SIGABRT) | BIT(SIGCHLD) | BIT(32) | BIT(33))

#define RECORD_SIZE ((int32_t)sizeof(struct lxe_signal_info))

struct lxe__subscription lxe__subscriptions[LXE_RELAY_MAX_SUBSCRIPTIONS];
_Atomic int32_t lxe__relay_home;

static _Atomic uint32_t lock;

uint64_t lxe__relay_lock(void)
{
    uint64_t former = lxe__set_mask(UINT64_MAX);
    lxe__lock(&lock);
    return former;
}

void lxe__relay_unlock(uint64_t former)
{
    lxe__unlock(&lock);
    lxe__set_mask(former);
}

uint64_t lxe__relay_wanted(void)
{
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        if (lxe__subscriptions[i].owner == lxe__relay_home)
            wanted |= lxe__subscriptions[i].signals;
    return wanted;
}

/** This process's subscription with that descriptor, or NULL. */
static struct lxe__subscription *find(int32_t fd)
{
    int32_t process = lxe__process();
    for (uint32_t i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS; i++)
        if (lxe__subscriptions[i].owner == process && lxe__subscriptions[i].read_end == fd)
            return &lxe__subscriptions[i];
    return NULL;
}

/** A pipe for records: its writing end never blocks. Return: how many it holds, or a negative errno. */
static int32_t make_pipe(int32_t ends[2], uint32_t flags, int32_t capacity)
{
    int32_t result = lxe__syscall(SYS_pipe2, ends, O_CLOEXEC | O_NONBLOCK);
    if (result < 0)
        return result;
    if ((flags & LXE_NONBLOCK) == 0)
        lxe__syscall(SYS_fcntl, ends[0], F_SETFL, 0);
    int64_t size = (int64_t)capacity * RECORD_SIZE;
    if (size > 1 << 30)
        size = 1 << 30;
    while (size >= RECORD_SIZE && lxe__syscall(SYS_fcntl, ends[1], F_SETPIPE_SZ, (int)size) < 0)
        size /= 2;
    return lxe__syscall(SYS_fcntl, ends[1], F_GETPIPE_SZ) / RECORD_SIZE;
}

/** Makes sure that no handler uses a subscription any more, nor will. */
static void retire(struct lxe__subscription *subscription)
{
    subscription->owner = 0;
    uint32_t users;
    while ((users = subscription->users) != 0)
        lxe__futex_wait(&subscription->users, users);
}

/** Gives back the former action of a subscription's signals, where nobody else has subscribed. Return: which to raise again. */
static uint64_t uninstall(const struct lxe__subscription *subscription, uint64_t signals)
{
    const enum lxe__left enough = (subscription->flags & LXE_RELAY_RAISE_HANDLED) != 0 ? LXE__LEFT_HANDLER : LXE__LEFT_DEFAULT;
    uint64_t again = 0;
    signals &= ~lxe__relay_wanted();
    for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++)
        if ((signals & BIT(signal)) != 0 && lxe__relay_uninstall(signal) >= enough)
            again |= BIT(signal);
    return again;
}

/** Takes a free subscription and installs the handler for its signals. With the lock held. */
static int32_t subscribe(uint64_t signals, uint32_t flags, const int32_t ends[2], int32_t capacity)
{
    int32_t process = lxe__process();
    struct lxe__subscription *subscription = NULL;
    for (uint32_t i = 0; i < LXE_RELAY_MAX_SUBSCRIPTIONS && subscription == NULL; i++)
        if (lxe__subscriptions[i].owner != process) /* nobody's, or of a process whose memory we are a copy of */
            subscription = &lxe__subscriptions[i];
    if (subscription == NULL)
        return -EBUSY;
    lxe__relay_home = process;
    if (subscription->owner != 0) { /* then its handlers ran in another process; in ours they still look at free ones */
        subscription->owner = 0;
        subscription->users = 0;
    }
    subscription->read_end = ends[0];
    subscription->write_end = ends[1];
    subscription->flags = flags;
    subscription->capacity = capacity;
    subscription->dropped = 0;
    subscription->signals = signals;
    subscription->owner = process;
    for (int signal = 1; signal <= HIGHEST_SIGNAL; signal++) {
        int32_t error = (signals & BIT(signal)) != 0 ? lxe__relay_install(signal) : 0;
        if (error < 0) {
            retire(subscription);
            uninstall(subscription, signals & (BIT(signal) - 1));
            return error;
        }
    }
    return 0;
}

int32_t lxe_relay_open(uint64_t signals, uint32_t flags, int32_t capacity)
{
    if (signals == 0 || (signals & REFUSED) != 0 || capacity < 1 ||
        (flags & ~(LXE_NONBLOCK | LXE_RELAY_RAISE_HANDLED | LXE_RELAY_DROP_OLDEST)) != 0 ||
        (flags & (LXE_NONBLOCK | LXE_RELAY_DROP_OLDEST)) == LXE_RELAY_DROP_OLDEST) /* a handler must not wait for more to drop */
        return -EINVAL;
    int32_t ends[2];
    capacity = make_pipe(ends, flags, capacity);
    if (capacity < 0)
        return capacity;
    uint64_t mask = lxe__relay_lock();
    int32_t error = subscribe(signals, flags, ends, capacity);
    lxe__relay_unlock(mask);
    if (error < 0) {
        lxe__syscall(SYS_close, ends[0]);
        lxe__syscall(SYS_close, ends[1]);
        return error;
    }
    return ends[0];
}

int32_t lxe_relay_read(int32_t fd, struct lxe_signal_info *infos, int32_t capacity)
{
    if (infos == NULL)
        return -EFAULT;
    if (capacity < 1)
        return -EINVAL;
    int64_t room = (int64_t)capacity * RECORD_SIZE;
    int32_t length = lxe__syscall(SYS_read, fd, infos, room > 1 << 30 ? (size_t)1 << 30 : (size_t)room);
    if (length < 0)
        return length;
    return length == 0 ? -EBADF : length / RECORD_SIZE; /* end of file: closed meanwhile */
}

int32_t lxe_relay_unread(int32_t fd, const struct lxe_signal_info *infos, int32_t count)
{
    if (infos == NULL)
        return -EFAULT;
    if (count < 0)
        return -EINVAL;
    uint64_t mask = lxe__relay_lock();
    struct lxe__subscription *subscription = find(fd);
    for (int32_t i = 0; subscription != NULL && i < count; i++)
        if (lxe__syscall(SYS_write, subscription->write_end, &infos[i], RECORD_SIZE) != RECORD_SIZE)
            subscription->dropped++;
    lxe__relay_unlock(mask);
    return subscription != NULL ? 0 : -EBADF;
}

int32_t lxe_relay_capacity(int32_t fd)
{
    const struct lxe__subscription *subscription = find(fd);
    return subscription != NULL ? subscription->capacity : -EBADF;
}

int32_t lxe_relay_dropped(int32_t fd, uint64_t *count)
{
    if (count == NULL)
        return -EFAULT;
    const struct lxe__subscription *subscription = find(fd);
    if (subscription == NULL)
        return -EBADF;
    *count = subscription->dropped;
    return 0;
}

/** Reads what nobody did, closes, and raises the signals of the set. It may not return: no state is half changed here. */
static int32_t raise_rest(int32_t fd, uint64_t signals)
{
    struct lxe_signal_info records[32];
    int32_t count, raised = 0;
    lxe__syscall(SYS_fcntl, fd, F_SETFL, O_NONBLOCK);
    do {
        count = lxe_relay_read(fd, records, 32);
        if (count < 32)
            lxe__syscall(SYS_close, fd);
        for (int32_t i = 0; i < count; i++) {
            siginfo_t info = lxe__info_of(&records[i]);
            if ((signals & BIT(info.si_signo)) != 0 && lxe__relay_raise(&info) == 0)
                raised++;
        }
    } while (count == 32);
    return raised;
}

int32_t lxe_relay_close_take(int32_t fd)
{
    uint64_t mask = lxe__relay_lock();
    struct lxe__subscription *subscription = find(fd);
    if (subscription == NULL) {
        lxe__relay_unlock(mask);
        return -EBADF;
    }
    subscription->owner = 0;
    uint64_t again = uninstall(subscription, subscription->signals);
    retire(subscription);
    lxe__syscall(SYS_close, subscription->write_end);
    lxe__relay_unlock(mask);
    return raise_rest(fd, again);
}
