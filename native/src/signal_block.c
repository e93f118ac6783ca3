/* SPDX-License-Identifier: MIT */
/*
 * Blocking signals in every thread. A thread's mask is its own: nobody else can change it. So each one gets a private
 * real-time signal by tgkill, whose handler adds the set to the mask in its ucontext: what the thread gets back when
 * the handler returns. Threads are asked one after the other, and each is done in one of three ways:
 *
 * - It answered: the handler ran in it.
 * - It blocks the set, and the private signal is pending in it: should it unblock the set, then it unblocks the private signal
 *   with it or has it blocked for good, and the handler runs first: the kernel takes what is pending for the thread before what
 *   is pending for the process. (Only of signals sent to this very thread it takes lower numbers first.) This is how
 *   threads look that are just being made: libc has everything blocked then, and gives the mask back that was there
 *   before. A thread that *makes* one looks the same, and what it makes inherits nothing pending. But it runs; so
 *   this counts for a thread that sleeps, or that looked so for LINGER.
 * - It is gone.
 *
 * Reading SigBlk in /proc alone would not do: everything is blocked for a moment in many places of libc. And one round
 * would not do:
 *
 *     we: list the threads        thread A, not asked yet: makes thread B with A's mask
 *     we: ask A                   B is on no list
 *
 * So it goes round until two rounds found every thread with the set blocked when it was asked: B was made by such a thread
 * then, and inherited the set, or was asked itself.
 *
 * The private signal is the highest that has its default action, looked for at run time: libc, runtimes and debuggers
 * take theirs by number or from the low end. Its handler stays for good, since it may be pending in a thread for good.
 * The handler blocks everything while it runs, so that nothing comes between answer and return. One call at a time.
 */
#include "relay.h"

#include <linux/futex.h>
#include <string.h>
#include <time.h>
#include <ucontext.h>

#define MILLISECOND 1000000
#define LINGER 50 /* looks, a millisecond apart */

#define FAULTS (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS))

/* The question and its answer in one word, so that a late answer of one thread is never taken for another's. */
enum answer { NONE, CHANGED, UNCHANGED };
#define WORD(thread, answer) ((uint32_t)(thread) << 2 | (uint32_t)(answer))

static _Atomic uint64_t blocked;       /* what is to be blocked, of all calls */
static _Atomic uint32_t question;      /* the thread that is to answer, and whether it has */
static _Atomic uint32_t busy;          /* a call is at work */

/** What is known of a thread: the lines of its status. */
struct state {
    uint64_t pending;
    uint64_t mask;
    char letter;
};

static void handle(int signal, siginfo_t *info, void *context)
{
    (void)signal;
    (void)info;
    ucontext_t *interrupted = context;
    uint64_t former;
    memcpy(&former, &interrupted->uc_sigmask, sizeof former);
    uint64_t mask = former | blocked;
    memcpy(&interrupted->uc_sigmask, &mask, sizeof mask);
    uint32_t thread = (uint32_t)lxe__syscall(SYS_gettid), expected = WORD(thread, NONE);
    if (atomic_compare_exchange_strong(&question, &expected, WORD(thread, mask == former ? UNCHANGED : CHANGED)))
        lxe__syscall(SYS_futex, &question, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/** Sleeps a millisecond, or less if the word is no longer `expected`. */
static void pause_while(_Atomic uint32_t *word, uint32_t expected)
{
    struct lxe_uapi_old_timespec timeout = {.nanoseconds = MILLISECOND};
    lxe__syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, &timeout, NULL, 0);
}

/** The signal that is ours: the one chosen before, or the highest that is free. */
static int32_t choose_signal(uint64_t signals)
{
    struct sigaction action, own;
    memset(&own, 0, sizeof own);
    memset(&own.sa_mask, 0xff, sizeof own.sa_mask);
    own.sa_sigaction = handle;
    own.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    for (int32_t signal = HIGHEST_SIGNAL; signal > 31; signal--) {
        if ((BIT(signal) & signals) != 0 || sigaction(signal, NULL, &action) < 0)
            continue;
        if (action.sa_sigaction == handle ||
            (action.sa_handler == SIG_DFL && sigaction(signal, &own, NULL) == 0))
            return signal;
    }
    return -EBUSY;
}

static int32_t check_signals(uint64_t signals)
{
    struct sigaction action;
    if (signals == 0 || (signals & (BIT(SIGKILL) | BIT(SIGSTOP) | FAULTS)) != 0)
        return -EINVAL;
    for (int signal = 32; signal <= HIGHEST_SIGNAL; signal++)
        if ((signals & BIT(signal)) != 0 && sigaction(signal, NULL, &action) < 0) /* libc hides its own */
            return -EINVAL;
    return 0;
}

/** What stands behind a label; the end of the text without it. */
static const char *find(const char *text, const char *label)
{
    for (; *text != '\0'; text++) {
        size_t matched = 0;
        while (label[matched] != '\0' && text[matched] == label[matched])
            matched++;
        if (label[matched] == '\0')
            return text + matched;
    }
    return text;
}

static uint64_t hexadecimal(const char *text)
{
    uint64_t value = 0;
    for (;; text++) {
        if (*text >= '0' && *text <= '9')
            value = value << 4 | (uint64_t)(*text - '0');
        else if (*text >= 'a' && *text <= 'f')
            value = value << 4 | (uint64_t)(*text - 'a' + 10);
        else
            return value;
    }
}

/** @tasks: /proc/self/task; @name: the thread's id. Return: 0; -ENOENT or -ESRCH when it is gone; another errno. */
static int32_t look(int32_t tasks, const char *name, struct state *state)
{
    char path[32], text[4096];
    size_t length = 0;
    for (; name[length] != '\0' && length < 12; length++)
        path[length] = name[length];
    memcpy(path + length, "/status", sizeof "/status");
    int32_t file = lxe__syscall(SYS_openat, tasks, path, O_RDONLY | O_CLOEXEC, 0);
    if (file < 0)
        return file;
    int32_t count = lxe__syscall(SYS_read, file, text, sizeof text - 1);
    lxe__syscall(SYS_close, file);
    if (count < 0)
        return count;
    text[count] = '\0';
    state->letter = *find(text, "\nState:\t");
    state->pending = hexadecimal(find(text, "\nSigPnd:\t"));
    state->mask = hexadecimal(find(text, "\nSigBlk:\t"));
    return 0;
}

/** Asks one thread. Return: 1 when it had the set blocked, 0 when it did not, or a negative errno. */
static int32_t ask(int32_t tasks, const char *name, int32_t tid, int32_t signal, int64_t deadline)
{
    int sent = 0;
    question = WORD(tid, NONE);
    for (int looks = 0;; looks++) {
        struct state state = {0};
        int32_t result = look(tasks, name, &state);
        if (result == -ENOENT || result == -ESRCH || state.letter == 'Z' || state.letter == 'X')
            return 1;
        if (result < 0)
            return result;
        uint32_t word = question;
        if (word != WORD(tid, NONE))
            return word == WORD(tid, UNCHANGED);
        int pending = (state.pending & BIT(signal)) != 0;
        if (pending && (state.mask & blocked) == blocked && (state.letter != 'R' || looks > LINGER))
            return 1;
        if (!sent && !pending) {
            result = lxe__syscall(SYS_tgkill, lxe__process(), tid, signal);
            if (result == -ESRCH)
                return 1;
            if (result < 0 && result != -EAGAIN) /* no room for another queued signal: later */
                return result;
            sent = result == 0;
        }
        if (now() >= deadline)
            return -ETIMEDOUT;
        pause_while(&question, word);
    }
}

/** Asks every thread but this one. Return: 1 when all had the set blocked, 0 when @thread had not, or a negative errno. */
static int32_t go_round(int32_t signal, int64_t deadline, int32_t *thread)
{
    int32_t own = lxe__syscall(SYS_gettid), clean = 1;
    int32_t tasks = lxe__syscall(SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (tasks < 0)
        return tasks;
    while (clean >= 0) {
        _Alignas(struct lxe_uapi_dirent) char buffer[4096];
        int32_t length = lxe__syscall(SYS_getdents64, tasks, buffer, sizeof buffer);
        if (length < 0)
            clean = length;
        if (length <= 0)
            break;
        const struct lxe_uapi_dirent *entry;
        for (int32_t at = 0; at < length && clean >= 0; at += entry->length) {
            entry = (const struct lxe_uapi_dirent *)(buffer + at);
            int32_t tid = 0;
            for (const char *digit = entry->name; *digit >= '0' && *digit <= '9'; digit++)
                tid = tid * 10 + (*digit - '0');
            if (tid == 0 || tid == own)
                continue;
            int32_t result = ask(tasks, entry->name, tid, signal, deadline);
            if (result == -ETIMEDOUT || result == 0)
                *thread = tid;
            clean = result < 0 ? result : clean & result;
        }
    }
    lxe__syscall(SYS_close, tasks);
    return clean;
}

int32_t lxe_signal_block_all_threads(uint64_t signals, int64_t deadline, int32_t *thread)
{
    int32_t late = 0;
    if (thread != NULL)
        *thread = 0;
    int32_t result = check_signals(signals);
    if (result < 0)
        return result;
    for (uint32_t free = 0; !atomic_compare_exchange_strong(&busy, &free, 1); free = 0) {
        if (now() >= deadline)
            return -ETIMEDOUT;
        pause_while(&busy, 1);
    }
    int32_t signal = choose_signal(signals);
    if (signal > 0) {
        blocked |= signals;
        uint64_t set = blocked;
        lxe__syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, LXE_UAPI_SIGSET_SIZE);
        result = 0;
        for (int clean = 0; clean < 2 && result >= 0; clean = result == 1 ? clean + 1 : 0) {
            result = go_round(signal, deadline, &late);
            if (result == 0 && now() >= deadline) /* threads answer at once, but are always in a handler of others */
                result = -ETIMEDOUT;
        }
        if (result == -ETIMEDOUT && thread != NULL)
            *thread = late;
    }
    question = 0;
    busy = 0;
    lxe__syscall(SYS_futex, &busy, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    if (signal < 0)
        return signal;
    return result < 0 ? result : 0;
}
