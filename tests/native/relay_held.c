/* SPDX-License-Identifier: MIT */
/*
 * The relay's races, each at its worst moment: a thread is held inside the relay, at a system call that it makes there,
 * while another one does what could disturb it. Seccomp's user notification holds it (Linux 5.5).
 */
#include "relay_support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#define ARGUMENT(number) (offsetof(struct seccomp_data, args) + (number) * sizeof(uint64_t)) /* its lower half */

/** A thread that runs a function and is held at one system call of it. */
struct held {
    int number;         /* the system call, */
    uint32_t where;     /* when this part of struct seccomp_data */
    uint32_t value;     /* has this value */
    void (*function)(struct held *);
    int32_t fd;         /* for the function */
    int32_t result;
    pthread_t thread;
    _Atomic int32_t id;
    int listener;
    uint64_t notification;
};

static void *run_held(void *argument)
{
    struct held *held = argument;
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)held->number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, held->where),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, held->value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    held->listener = MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
    held->id = (int32_t)syscall(SYS_gettid);
    held->function(held);
    return NULL;
}

/** Returns when the thread is held. */
static void receive(struct held *held)
{
    struct seccomp_notif notification;
    memset(&notification, 0, sizeof notification);
    MUST(ioctl(held->listener, SECCOMP_IOCTL_NOTIF_RECV, &notification));
    held->notification = notification.id;
}

/** Starts the thread and returns when it is held. */
static void hold(struct held *held)
{
    CHECK_EQ(pthread_create(&held->thread, NULL, run_held, held), 0);
    while (held->id == 0)
        sched_yield();
    receive(held);
}

/** Lets it go on. */
static void release(struct held *held)
{
    struct seccomp_notif_resp response = {.id = held->notification, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    MUST(ioctl(held->listener, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

static void join(struct held *held)
{
    CHECK_EQ(pthread_join(held->thread, NULL), 0);
    close(held->listener);
}

static _Atomic int former_calls;
static int pid;

static void former(int signal)
{
    (void)signal;
    former_calls++;
}

static void send_to_itself(struct held *held)
{
    held->result = (int32_t)syscall(SYS_tgkill, pid, held->id, SIGNAL);
}

static void close_relay(struct held *held)
{
    held->result = lxe_relay_close_take(held->fd);
}

static void *close_in_thread(void *argument)
{
    struct held *closer = argument;
    closer->id = (int32_t)syscall(SYS_gettid);
    closer->function(closer);
    return NULL;
}

/** While a handler is about to write, nobody closes the descriptor under it. */
static void test_close_waits_for_a_handler_that_writes(void)
{
    signal(SIGNAL, former);
    former_calls = 0;
    int32_t fd = open_relay();
    struct held handler = {
        .number = SYS_write, .where = ARGUMENT(2), .value = sizeof(struct lxe_signal_info), .function = send_to_itself};
    hold(&handler);
    int before = count_descriptors();
    struct held closer = {.function = close_relay, .fd = fd};
    CHECK_EQ(pthread_create(&closer.thread, NULL, close_in_thread, &closer), 0);
    while (closer.id == 0)
        sched_yield();
    await_sleep(pid, closer.id);
    CHECK_EQ(count_descriptors(), before);
    CHECK_EQ(former_calls, 0);
    release(&handler);
    CHECK_EQ(pthread_join(closer.thread, NULL), 0);
    join(&handler);
    CHECK_EQ(closer.result, 0);
    CHECK_EQ(former_calls, 1);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)former);
    signal(SIGNAL, SIG_DFL);
}

/* The handler has been entered and has not looked for subscriptions yet. */
static const struct held entered = {
    .number = SYS_getpid, .where = offsetof(struct seccomp_data, nr), .value = SYS_getpid, .function = send_to_itself};

/** When the last subscription ends now, the signal has its default effect. */
static void late_signal_has_its_default_effect(void)
{
    pid = getpid();
    struct held handler = entered;
    int32_t fd = open_relay();
    hold(&handler);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    CHECK_EQ(handler_of(SIGNAL), (uintptr_t)SIG_DFL);
    release(&handler);
    receive(&handler); /* it is about to send the signal to itself */
    release(&handler);
    join(&handler);
}

static void test_a_late_signal_reaches_the_former_handler_once(void)
{
    signal(SIGNAL, former);
    former_calls = 0;
    struct held handler = entered;
    int32_t fd = open_relay();
    hold(&handler);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    release(&handler);
    join(&handler);
    CHECK_EQ(former_calls, 1);
    signal(SIGNAL, SIG_DFL);
}

static void test_a_late_signal_reaches_the_next_subscription(void)
{
    struct lxe_signal_info infos[2];
    struct held handler = entered;
    int32_t fd = open_relay();
    hold(&handler);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
    fd = open_relay();
    release(&handler);
    join(&handler);
    CHECK_EQ(lxe_relay_read(fd, infos, 2), 1);
    CHECK_EQ(infos[0].code, LXE_SIGNAL_THREAD); /* as it was, though it came a second time */
    CHECK_EQ(infos[0].pid, (uint32_t)pid);
    CHECK_EQ(lxe_relay_close_take(fd), 0);
}

/** Which signals a thread blocks. */
static uint64_t blocked(int32_t thread)
{
    char path[64], line[256];
    unsigned long long mask = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", thread);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        sscanf(line, "SigBlk: %llx", &mask);
    fclose(file);
    return mask;
}

/** A signal for a thread that holds the lock waits: its handler might wait for the lock. */
static void test_a_signal_waits_while_its_thread_closes(void)
{
    signal(SIGNAL, former);
    former_calls = 0;
    struct held closer = {.number = SYS_close, .where = ARGUMENT(0), .function = close_relay};
    closer.fd = open_relay();
    int32_t other = open_relay();
    /* The pipe's other end, closed with the lock held, is the next number. */
    closer.value = (uint32_t)closer.fd + 1;
    hold(&closer);
    MUST(syscall(SYS_tgkill, pid, closer.id, SIGNAL));
    CHECK((blocked(closer.id) & BIT(SIGNAL)) != 0);
    CHECK_EQ(former_calls, 0);
    release(&closer);
    join(&closer);
    CHECK_EQ(closer.result, 0);
    CHECK_EQ(former_calls, 1);
    CHECK_EQ(lxe_relay_close_take(other), 0);
    signal(SIGNAL, SIG_DFL);
}

int main(void)
{
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0)
        skip_program("no seccomp user notification (Linux 5.0) to hold a thread with");
    skip_without_prompt_signals();
    pid = getpid();
    RUN(test_close_waits_for_a_handler_that_writes);
    RUN(test_a_late_signal_reaches_the_former_handler_once);
    RUN(test_a_late_signal_reaches_the_next_subscription);
    RUN(test_a_signal_waits_while_its_thread_closes);
    IN_FORK(late_signal_has_its_default_effect, SIGNAL);
    return 0;
}
