/* SPDX-License-Identifier: MIT */
/* Values with signals, and signals to the groups that the reaper's children lead, or have led. */
#include "spawn_support.h"

/** A child with a group or session of its own. Its standard output ends with the last process that has it, and its input when released. */
struct tree {
    struct lxe_reaper_child child;
    int input, output;
};

static struct tree start_tree(const char *script, uint32_t flags)
{
    int input[2], output[2];
    struct tree tree;
    MUST(pipe2(input, O_CLOEXEC));
    MUST(pipe2(output, O_CLOEXEC));
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", script);
    const struct lxe_spawn_fd fds[] = {{input[0], 0}, {output[1], 1}};
    options.flags = flags;
    options.fds = fds;
    options.fd_count = COUNT(fds);
    tree.child = start(&options, 0);
    close(input[0]);
    close(output[1]);
    tree.input = input[1];
    tree.output = output[0];
    return tree;
}

static void await_word(const struct tree *tree)
{
    char line[3];
    CHECK_EQ(read(tree->output, line, sizeof line), 3);
    CHECK_EQ(memcmp(line, "ok\n", 3), 0);
}

static void await_all(const struct tree *tree)
{
    char byte;
    CHECK_EQ(read(tree->output, &byte, 1), 0);
    close(tree->output);
    close(tree->input);
}

static void await_leader(const struct tree *tree, int code)
{
    struct lxe_pidfd_status status = {.size = sizeof status};
    CHECK_EQ(lxe_reaper_wait(tree->child.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status), 1);
    CHECK_EQ(status.code, LXE_CHILD_EXITED);
    CHECK_EQ(status.status, code);
}

static int32_t signal_group(const struct tree *tree, int32_t signal)
{
    return lxe_reaper_signal(tree->child.child, signal, LXE_PIDFD_SIGNAL_GROUP);
}

static void test_a_living_leader(void)
{
    static const uint32_t flags[] = {LXE_SPAWN_PROCESS_GROUP, LXE_SPAWN_SESSION};
    start_reaper(0);
    for (int i = 0; i < 2; i++) {
        struct tree tree = start_tree("cat & cat & echo ok; cat", flags[i]);
        await_word(&tree);
        CHECK_EQ(signal_group(&tree, 0), 0);
        CHECK_EQ(signal_group(&tree, 65), -EINVAL);
        CHECK_EQ(lxe_reaper_signal(tree.child.child, 0, LXE_PIDFD_SIGNAL_PROCESS), 0);
        CHECK_EQ(lxe_reaper_signal(tree.child.child, 0, LXE_PIDFD_SIGNAL_THREAD), -EINVAL);
        CHECK_EQ(lxe_reaper_signal(tree.child.child, 0, LXE_PIDFD_SIGNAL_GROUP | LXE_PIDFD_SIGNAL_PROCESS), -EINVAL);
        CHECK_EQ(signal_group(&tree, SIGTERM), 0);
        await_all(&tree);
        CHECK_EQ(finish(tree.child), SIGTERM);
    }
    stop_reaper();
}

static void test_a_child_that_leads_no_group(void)
{
    start_reaper(0);
    struct tree tree = start_tree("echo ok; cat", 0);
    await_word(&tree);
    CHECK_EQ(signal_group(&tree, SIGKILL), -ESRCH);
    CHECK_EQ(lxe_reaper_signal(tree.child.child, 0, 0), 0);
    close(tree.input);
    CHECK_EQ(finish(tree.child), 0);
    close(tree.output);
    stop_reaper();
}

/** What a leader leaves in its group is reached as long as there is any of it, and its handle. */
static void test_a_leader_that_has_ended(void)
{
    static const uint32_t flags[] = {LXE_SPAWN_PROCESS_GROUP, LXE_SPAWN_SESSION};
    start_reaper(LXE_REAPER_ORPHANS);
    for (int i = 0; i < 2; i++) {
        struct tree tree = start_tree("sleep 1000 & (sh -c 'sleep 1000; :'; :) & exit 7", flags[i]);
        struct lxe_spawn_options options = PROGRAM("/bin/true");
        await_leader(&tree, 7);
        CHECK_EQ(lxe_reaper_signal(tree.child.child, 0, 0), -ESRCH);
        CHECK_EQ(signal_group(&tree, 0), 0);
        CHECK_EQ(signal_group(&tree, 65), -EINVAL);
        CHECK_EQ(finish(start(&options, 0)), 0); /* others come and go */
        CHECK_EQ(signal_group(&tree, SIGTERM), 0);
        await_all(&tree);
        while (signal_group(&tree, SIGTERM) == 0) /* one that has lost its descriptors lives a moment longer */
            sched_yield();
        CHECK_EQ(signal_group(&tree, SIGTERM), -ESRCH);
        CHECK_EQ(finish(tree.child), 7 << 8);
        CHECK_EQ(signal_group(&tree, SIGTERM), -EBADF);
    }
    stop_reaper();
}

/** Of a group that others take over nobody here knows whether it is the same still. */
static void test_orphans_of_others(void)
{
    start_reaper(0);
    struct tree tree = start_tree("exec 3<&0; cat <&3 & exit 7", LXE_SPAWN_PROCESS_GROUP);
    await_leader(&tree, 7);
    CHECK_EQ(signal_group(&tree, SIGKILL), -ESRCH);
    CHECK_EQ(finish(tree.child), 7 << 8);
    close(tree.input);
    tree.input = -1;
    await_all(&tree);
    stop_reaper();
}

/** Slots and handles come and go while groups of earlier children live. */
static void test_many_groups(void)
{
    enum { MANY = 40 };
    struct tree trees[MANY];
    start_reaper(LXE_REAPER_ORPHANS);
    for (int i = 0; i < MANY; i++) {
        trees[i] = start_tree("exec 3<&0; cat <&3 & exit 7", LXE_SPAWN_PROCESS_GROUP);
        await_leader(&trees[i], 7);
        if (i % 2 == 0)
            CHECK_EQ(lxe_reaper_release(trees[i].child.child), 0);
    }
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(signal_group(&trees[i], 0), i % 2 == 0 ? -EBADF : 0);
        if (i % 4 == 1)
            CHECK_EQ(signal_group(&trees[i], SIGKILL), 0);
        else
            close(trees[i].input);
        trees[i].input = i % 4 == 1 ? trees[i].input : -1;
        await_all(&trees[i]);
        if (i % 2 != 0)
            CHECK_EQ(finish(trees[i].child), 7 << 8);
    }
    stop_reaper();
}

/** Inside a pid namespace of its own: the number of a group that is no more goes to another child, which leads a group as well. */
static int reuse_number(void *unused)
{
    (void)unused;
    struct lxe_spawn_options options = PROGRAM("/bin/cat");
    int input[2];
    start_reaper(LXE_REAPER_ORPHANS);
    struct tree tree = start_tree("exec 3<&0; (read line <&3; exec setsid cat <&3) & exit 7", LXE_SPAWN_PROCESS_GROUP);
    const int32_t group = tree.child.pid;
    CHECK(group > 1);
    await_leader(&tree, 7);
    CHECK_EQ(signal_group(&tree, 0), 0);
    CHECK_EQ(write(tree.input, "\n", 1), 1);
    while (kill(-group, 0) == 0) /* until the last member has left it */
        sched_yield();

    FILE *last = fopen("/proc/sys/kernel/ns_last_pid", "we");
    if (last == NULL || fprintf(last, "%d", (int)group - 1) < 0 || fclose(last) != 0) {
        printf("  skipped: test_a_number_that_is_used_again: ns_last_pid: %s\n", strerror(errno));
    } else {
        MUST(pipe2(input, O_CLOEXEC));
        const struct lxe_spawn_fd fds[] = {{input[0], 0}};
        options.flags = LXE_SPAWN_PROCESS_GROUP;
        options.fds = fds;
        options.fd_count = 1;
        struct lxe_reaper_child other = start(&options, 0);
        CHECK_EQ(other.pid, group);
        CHECK_EQ(signal_group(&tree, SIGKILL), -ESRCH);
        CHECK_EQ(lxe_reaper_signal(other.child, SIGTERM, LXE_PIDFD_SIGNAL_GROUP), 0);
        CHECK_EQ(finish(other), SIGTERM);
        close(input[0]);
        close(input[1]);
    }
    CHECK_EQ(signal_group(&tree, SIGKILL), -ESRCH);
    CHECK_EQ(finish(tree.child), 7 << 8);
    close(tree.input);
    tree.input = -1;
    await_all(&tree);
    stop_reaper();
    return 0;
}

static void test_a_number_that_is_used_again(void)
{
    if (syscall(SYS_unshare, 0x20000000 /* CLONE_NEWPID */) != 0)
        printf("  skipped: test_a_number_that_is_used_again: unshare(CLONE_NEWPID): %s\n", strerror(errno));
    else
        CHECK_EQ(reap_child(start_child(reuse_number, NULL)), 0);
}

/** This program, as a child: writes down three signals. */
static int report_signals(void)
{
    struct lxe_signal_info infos[3];
    int set = lxe_signalfd_create(BIT(SIGUSR1) | BIT(64), 0);
    CHECK_EQ(write(1, "ok\n", 3), 3);
    for (int32_t count = 0; count < 3;)
        count += lxe_signalfd_read(set, infos + count, 3 - count);
    return write(1, infos, sizeof infos) == sizeof infos ? 0 : 1;
}

static void test_values(void)
{
    static const uint64_t values[] = {0, UINT64_MAX, 0x80000000u};
    struct lxe_signal_info infos[3];
    struct lxe_spawn_options options = PROGRAM("/proc/self/exe", "report");
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    const struct lxe_spawn_fd output = {ends[1], 1};
    options.fds = &output;
    options.fd_count = 1;
    options.signal_mask = BIT(SIGUSR1) | BIT(64);
    start_reaper(0);
    struct tree tree = {start(&options, 0), -1, ends[0]};
    close(ends[1]);
    const uint64_t child = tree.child.child;
    await_word(&tree);
    CHECK_EQ(lxe_reaper_queue(child, 0, 0), 0);
    CHECK_EQ(lxe_reaper_queue(child, 65, 0), -EINVAL);
    CHECK_EQ(lxe_reaper_queue(child, -1, 0), -EINVAL);
    CHECK_EQ(lxe_reaper_queue(child, SIGUSR1, values[0]), 0);
    CHECK_EQ(lxe_reaper_queue(child, 64, values[1]), 0);
    CHECK_EQ(lxe_reaper_queue(child, 64, values[2]), 0);
    CHECK_EQ(read(tree.output, infos, sizeof infos), sizeof infos);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(infos[i].signal, i == 0 ? SIGUSR1 : 64);
        CHECK_EQ(infos[i].code, SI_QUEUE);
        CHECK_EQ(infos[i].pid, getpid());
        CHECK_EQ(infos[i].uid, getuid());
        CHECK_EQ((uintptr_t)infos[i].value_ptr, (uintptr_t)values[i]);
        CHECK_EQ(infos[i].value_int, (int32_t)values[i]);
    }
    await_all(&tree);
    await_leader(&tree, 0);
    CHECK_EQ(lxe_reaper_queue(child, SIGUSR1, 0), -ESRCH);
    CHECK_EQ(finish(tree.child), 0);
    CHECK_EQ(lxe_reaper_queue(child, SIGUSR1, 0), -EBADF);
    stop_reaper();
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "report") == 0)
        return report_signals();
    skip_without_spawn();
    RUN(test_values);
    RUN(test_a_living_leader);
    RUN(test_a_child_that_leads_no_group);
    RUN(test_a_leader_that_has_ended);
    RUN(test_orphans_of_others);
    RUN(test_many_groups);
    IN_FORK(test_a_number_that_is_used_again);
    return 0;
}
