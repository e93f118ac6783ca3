/* SPDX-License-Identifier: MIT */
/*
 * The reaper's children: one slot each, in memory that program and helper share.
 *
 * A slot's word says all: generation and state. The helper writes pid and status before the word that publishes them. The
 * states:
 *
 *     FREE -> RUNNING (helper takes it) -> ENDED (helper has reaped) -> FREE (program releases)
 *             RUNNING -> ABANDONED (program releases a live child) -> FREE (helper has reaped)
 *             RUNNING -> LOST (the helper has ended) -> FREE (program releases)
 *
 * - Program and helper change a word at the same time (a release while the child ends): each by compare-and-swap, and
 *   whoever comes second sees what the first has done. Exactly one of them puts the slot on the free list.
 * - A slot is used again while somebody holds its old handle: the generation has grown, -EBADF.
 * - Free slots: program and helper push on `released`; only the helper takes, and always all of them, so that no other
 *   taker can put a slot back between its look at the first and its exchange (ABA). It keeps them in a list of its own.
 * - Something happens between a waiter's look and its sleep: so each event adds to `changes`, which waiters read before
 *   they look, and sleep only while it has not changed.
 * - The helper waits for nobody here: a program that was stopped or killed in the middle of these functions does not keep it.
 *
 * Processes are found by a hash table of their ids, which only the helper touches.
 *
 * Groups. While a child is not reaped, a group with its number is the one that it leads: the number is not free. Afterwards it is
 * taken as long as the group has a member; the helper knows of those that it has adopted. Those groups are in a list, and out of it as
 * soon as one look finds none: before each signal, and whenever a process is reaped. The looks are that waitid finds a living child in the
 * group, and that no process has the number, as the founder of another group with it would. (What remains: all members leave the group at
 * once, unseen; all numbers are used up once around; and a descendant of ours that gets this one founds a group, ends, and is reaped
 * by a parent of its own, which leaves a member to us.)
 */
#include "reaper.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { FREE, RUNNING, ABANDONED, ENDED, LOST, STATE = 7, GENERATION = 8 };

enum { BUCKETS = 4096 };

struct slot {
    _Atomic uint32_t word;    /* generation * GENERATION + state */
    _Atomic uint32_t changes; /* how many events there were: the futex */
    _Atomic uint32_t stop;    /* LXE_CHILD_STOPPED, _TRAPPED or _CONTINUED << 8 | signal; 0: none that was not reported */
    uint32_t next;            /* in the bucket, or in the list of free ones: index + 1, or 0 */
    uint32_t next_group;      /* in the list of groups: index + 1, or 0 */
    int has_group;            /* whether it is in that list */
    int32_t pid;
    struct lxe_pidfd_status status;
};

static struct slot *slots;        /* LXE_REAPER_MAX_CHILDREN of them, of which the first `used` were ever touched */
static uint32_t *buckets;         /* index + 1, or 0 */
static uint32_t used;
static uint32_t free_list;        /* the helper's; index + 1, or 0 */
static uint32_t groups;           /* the helper's: children that have ended, and whose groups have not; index + 1, or 0 */
static _Atomic uint32_t released; /* index + 1, or 0 */

int32_t lxe__slots_map(void)
{
    if (slots != NULL)
        return 0;
    const uint64_t size = LXE_REAPER_MAX_CHILDREN * sizeof *slots;
    char *area;
    int32_t error = lxe__map(size + BUCKETS * sizeof *buckets, MAP_NORESERVE, &area);
    if (error < 0)
        return error;
    buckets = (uint32_t *)(void *)(area + size);
    slots = (struct slot *)(void *)area;
    return 0;
}

static void tell(struct slot *slot)
{
    slot->changes++;
    lxe__futex_wake(&slot->changes, INT32_MAX);
}

static uint32_t *bucket_of(int32_t pid)
{
    return &buckets[(uint32_t)pid % BUCKETS];
}

static void push_free(struct slot *slot)
{
    uint32_t index = (uint32_t)(slot - slots), head = released;
    do
        slot->next = head;
    while (!atomic_compare_exchange_weak(&released, &head, index + 1));
}

/** The slot of a handle and its word, or NULL when the handle is none or was released. */
static struct slot *find(uint64_t child, uint32_t *word)
{
    uint32_t index = (uint32_t)child;
    if (index >= LXE_REAPER_MAX_CHILDREN || slots == NULL)
        return NULL;
    *word = slots[index].word;
    uint32_t state = *word & STATE;
    if (*word / GENERATION != child >> 32 || state == FREE || state == ABANDONED)
        return NULL;
    return &slots[index];
}

/** Whether a group whose leader was reaped has a member that we have adopted. WSTOPPED: of the living. */
static int has_members(int32_t group)
{
    return lxe__syscall(SYS_waitid, P_PGID, group, NULL, WSTOPPED | WNOHANG | WNOWAIT, NULL) == 0 &&
           lxe__syscall(SYS_kill, group, 0) == -ESRCH;
}

/** Takes out of the list what has no member any more, and the groups of slots that are used no longer. @reaped: whose number is free */
static void review_groups(int32_t reaped)
{
    for (uint32_t *link = &groups; *link != 0;) {
        struct slot *slot = &slots[*link - 1];
        if ((slot->word & STATE) == ENDED && slot->pid != reaped && has_members(slot->pid))
            link = &slot->next_group;
        else {
            slot->has_group = 0;
            *link = slot->next_group;
        }
    }
}

uint64_t lxe__slot_take(void)
{
    if (free_list == 0)
        free_list = atomic_exchange(&released, 0);
    uint32_t index;
    if (free_list != 0) {
        index = free_list - 1;
        free_list = slots[index].next;
    } else if (used < LXE_REAPER_MAX_CHILDREN)
        index = used++;
    else
        return 0;
    struct slot *slot = &slots[index];
    if (slot->has_group)
        review_groups(slot->pid);
    uint32_t generation = slot->word / GENERATION + 1;
    if (generation > UINT32_MAX / GENERATION)
        generation = 1;
    slot->stop = 0;
    slot->pid = 0;
    slot->word = generation * GENERATION | RUNNING;
    return (uint64_t)generation << 32 | index;
}

void lxe__slot_cancel(uint64_t child)
{
    struct slot *slot = &slots[(uint32_t)child];
    slot->word = slot->word / GENERATION * GENERATION | FREE;
    push_free(slot);
}

void lxe__slot_born(uint64_t child, int32_t pid)
{
    struct slot *slot = &slots[(uint32_t)child];
    uint32_t *bucket = bucket_of(pid);
    slot->pid = pid;
    slot->next = *bucket;
    *bucket = (uint32_t)child + 1;
}

int32_t lxe__slot_pid(uint64_t child)
{
    uint32_t word;
    const struct slot *slot = find(child, &word);
    if (slot == NULL)
        return -EBADF;
    return (word & STATE) == RUNNING ? slot->pid : -ESRCH;
}

int32_t lxe__slot_group(uint64_t child)
{
    int32_t pid = lxe__slot_pid(child);
    if (pid != -ESRCH)
        return pid;
    const struct slot *slot = &slots[(uint32_t)child];
    return slot->has_group && has_members(slot->pid) ? slot->pid : -ESRCH;
}

int lxe__slot_publish(const struct lxe_pidfd_status *status, int ended)
{
    if (ended)
        review_groups(status->pid);
    uint32_t *link = bucket_of(status->pid);
    while (*link != 0 && slots[*link - 1].pid != status->pid)
        link = &slots[*link - 1].next;
    if (*link == 0)
        return 0;
    struct slot *slot = &slots[*link - 1];
    if (!ended) {
        slot->stop = (uint32_t)status->code << 8 | (uint32_t)status->status;
        tell(slot);
        return 1;
    }
    *link = slot->next;
    slot->status = *status;
    uint32_t word = slot->word;
    while (!atomic_compare_exchange_weak(&slot->word, &word,
                                         word / GENERATION * GENERATION | ((word & STATE) == RUNNING ? ENDED : FREE)))
        ;
    tell(slot);
    if ((word & STATE) == ABANDONED)
        push_free(slot);
    else if (has_members(status->pid)) {
        slot->has_group = 1;
        slot->next_group = groups;
        groups = (uint32_t)(slot - slots) + 1;
    }
    return 1;
}

void lxe__slots_lose(void)
{
    groups = 0;
    for (uint32_t i = 0; i < used; i++) {
        uint32_t word = slots[i].word, state;
        slots[i].has_group = 0;
        do
            state = word & STATE;
        while ((state == RUNNING || state == ABANDONED) &&
               !atomic_compare_exchange_weak(&slots[i].word, &word,
                                             word / GENERATION * GENERATION | (state == RUNNING ? LOST : FREE)));
        if (state == ABANDONED)
            push_free(&slots[i]);
        if (state == RUNNING || state == ENDED) /* the helper may have died between publishing and telling */
            tell(&slots[i]);
    }
    if (buckets != NULL)
        memset(buckets, 0, BUCKETS * sizeof *buckets);
}

/** The latest stop or continuation, if it is asked for; nobody else gets it. */
static int take_stop(struct slot *slot, uint32_t options, struct lxe_pidfd_status *status)
{
    uint32_t stop = slot->stop;
    do {
        uint32_t wanted = stop >> 8 == LXE_CHILD_CONTINUED ? LXE_WAIT_CONTINUED : LXE_WAIT_STOPPED;
        if (stop == 0 || (options & wanted) == 0)
            return 0;
    } while (!atomic_compare_exchange_weak(&slot->stop, &stop, 0));
    *status = (struct lxe_pidfd_status){.pid = slot->pid, .code = (int32_t)(stop >> 8), .status = (int32_t)(stop & 0xff)};
    return 1;
}

/** Return: 1 with what has happened, 0 when nothing has, or a negative errno. */
static int32_t look(uint64_t child, uint32_t options, struct lxe_pidfd_status *status)
{
    uint32_t word;
    struct slot *slot = find(child, &word);
    if (slot == NULL)
        return -EBADF;
    if (take_stop(slot, options, status))
        return 1;
    if ((word & STATE) == RUNNING)
        return 0;
    if ((word & STATE) == LOST || (options & LXE_WAIT_EXITED) == 0)
        return -ECHILD; /* as waitid(2) has it: nothing of that kind will come */
    *status = slot->status;
    return 1;
}

int32_t lxe_reaper_wait(uint64_t child, uint32_t options, int64_t deadline, struct lxe_pidfd_status *status)
{
    int32_t size = lxe__struct_size(status, sizeof *status);
    if (size < 0)
        return size;
    if (options == 0 || (options & ~(LXE_WAIT_EXITED | LXE_WAIT_STOPPED | LXE_WAIT_CONTINUED)) != 0)
        return -EINVAL;
    struct lxe_pidfd_status own = {0};
    struct lxe_uapi_old_timespec until = {(long)(deadline / 1000000000), (long)(deadline % 1000000000)};
    int endless = deadline / 1000000000 > INT32_MAX / 2; /* what a long has room for everywhere */
    uint32_t word;
    struct slot *slot = find(child, &word);
    if (slot == NULL)
        return -EBADF;
    for (;;) {
        uint32_t changes = slot->changes;
        int32_t result = look(child, options, &own);
        if (result == 0 && deadline > 0) {
            if (lxe__reaper.owner != lxe__syscall(SYS_getpid))
                return -ECHILD; /* a copy of the process: nothing changes here */
            /* By the bitset form, whose time is absolute on CLOCK_MONOTONIC. */
            result = lxe__syscall(SYS_futex, &slot->changes, FUTEX_WAIT_BITSET_PRIVATE, changes,
                                         endless ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
            if (result == 0 || result == -EAGAIN)
                continue;
            if (result == -ETIMEDOUT)
                result = 0;
        }
        if (result >= 0)
            lxe__struct_give(status, &own, size);
        return result;
    }
}

int32_t lxe_reaper_release(uint64_t child)
{
    uint32_t word;
    for (;;) {
        struct slot *slot = find(child, &word);
        if (slot == NULL)
            return -EBADF;
        int running = (word & STATE) == RUNNING;
        if (!atomic_compare_exchange_weak(&slot->word, &word, word / GENERATION * GENERATION | (running ? ABANDONED : FREE)))
            continue;
        if (!running)
            push_free(slot);
        return 0;
    }
}
