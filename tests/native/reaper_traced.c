/* SPDX-License-Identifier: MIT */
/*
 * Tracers: what gdb and strace do to the helper, to its children and to the program, by ptrace(2) itself. Who is held holds up
 * those who need him and nobody else, nobody turns in circles meanwhile, and once he goes on no status is lost.
 *
 * This process is the tracer. The program that has the reaper is its child, which it may trace under Yama too.
 */
#include "reaper_orders.h"
#include "spawn_support.h"

#include <sys/ptrace.h>

static int round_count;

/** Stops a process as newer tracers do, or as gdb does by a SIGSTOP. An execve that is not quite over sends a SIGTRAP before. */
static void hold(int tracee, int seize)
{
    int status;
    CHECK(tracee > 0);
    MUST(ptrace(seize ? PTRACE_SEIZE : PTRACE_ATTACH, tracee, NULL, NULL));
    if (seize)
        MUST(ptrace(PTRACE_INTERRUPT, tracee, NULL, NULL));
    for (;;) {
        CHECK_EQ(waitpid(tracee, &status, __WALL), tracee);
        CHECK(WIFSTOPPED(status));
        if (seize || WSTOPSIG(status) == SIGSTOP)
            return;
        MUST(ptrace(PTRACE_CONT, tracee, NULL, NULL));
    }
}

static void let_go(int tracee)
{
    MUST(ptrace(PTRACE_DETACH, tracee, NULL, NULL));
}

static void await_zombie(int pid)
{
    while (state_of(pid) != 'Z')
        sched_yield();
}

/** How often the helper has left a processor. */
static long long count_switches(void)
{
    char path[64], line[256];
    long long sum = 0, number;
    snprintf(path, sizeof path, "/proc/%d/status", (int)helper);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "voluntary_ctxt_switches: %lld", &number) == 1 ||
            sscanf(line, "nonvoluntary_ctxt_switches: %lld", &number) == 1)
            sum += number;
    fclose(file);
    CHECK(sum > 0);
    return sum;
}

static int do_nothing(void *unused)
{
    (void)unused;
    return 0;
}

/** Lets some time pass in which others run. */
static void pass_time(void)
{
    for (int i = 0; i < 5; i++)
        CHECK_EQ(reap_child(start_child(do_nothing, NULL)), 0);
}

/** Meanwhile a child ends and another is asked for. */
static void test_held_helper(void)
{
    start_program();
    for (int round = 0; round < 2 * round_count; round++) {
        int cat = ask(START);
        hold(helper, round % 2);
        order(END_INPUT);
        order(RUN_ONE);
        await_zombie(cat);
        await_sleep(program, program);
        CHECK_EQ(is_answered(), 0);
        CHECK_EQ(state_of(helper), 't');
        let_go(helper);
        CHECK_EQ(answer(), 7 << 8);
        CHECK_EQ(ask(FINISH), 0);
    }
    stop_program();
}

/** A child whose end a tracer has not looked at has not ended yet. Nobody asks again and again, and others go on. */
static void test_held_child(void)
{
    start_program();
    for (int round = 0; round < 2 * round_count; round++) {
        int killed = round / 2 % 2, cat = ask(START);
        hold(cat, round % 2);
        CHECK_EQ(ask(LOOK), 0);
        if (killed)
            MUST(kill(cat, SIGKILL));
        else {
            order(END_INPUT);
            MUST(ptrace(PTRACE_CONT, cat, NULL, NULL));
        }
        siginfo_t info;
        MUST(waitid(P_PID, (id_t)cat, &info, WEXITED | WNOWAIT));
        CHECK_EQ(ask(RUN_ONE), 7 << 8);
        CHECK_EQ(ask(LOOK), 0);
        await_sleep(helper, helper);
        long long switches = count_switches();
        pass_time();
        CHECK_EQ(state_of(helper), 'S');
        CHECK_EQ(count_switches(), switches);
        CHECK_EQ(reap_child(cat), killed ? SIGKILL : 0);
        CHECK_EQ(ask(FINISH), killed ? SIGKILL : 0);
        if (killed)
            order(END_INPUT);
    }
    stop_program();
}

/** All threads, one of which waits for the helper and one for its answer. */
static void test_held_program(void)
{
    start_program();
    for (int round = 0; round < 2 * round_count; round++) {
        char path[64];
        int threads[8], count = 0;
        snprintf(path, sizeof path, "/proc/%d/task", program);
        order(RUN_ONE);
        DIR *directory = opendir(path);
        CHECK(directory != NULL);
        for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
            if (isdigit((unsigned char)entry->d_name[0])) {
                CHECK(count < 8);
                threads[count] = atoi(entry->d_name);
                hold(threads[count++], round % 2);
            }
        closedir(directory);
        CHECK_EQ(count, 2);
        for (int i = 0; i < count; i++)
            let_go(threads[i]);
        CHECK_EQ(answer(), 7 << 8);
    }
    stop_program();
}

/* --- system call by system call, as strace -f does ----------------------------------------------- */

static int tracees[16], tracee_count;
static long helper_stops;

/** Lets a stopped tracee go on to its next system call's begin or end. */
static void go_on(int tracee, int status)
{
    int number = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        unsigned long made;
        MUST(ptrace(PTRACE_GETEVENTMSG, tracee, NULL, &made));
        CHECK(tracee_count < (int)COUNT(tracees));
        tracees[tracee_count++] = (int)made;
    }
    helper_stops += tracee == helper;
    MUST(ptrace(PTRACE_SYSCALL, tracee, NULL, event == 0 && number != (SIGTRAP | 0x80) ? (void *)(intptr_t)number : NULL));
}

/** Serves each tracee once, if it has stopped or ended. */
static void serve(void)
{
    for (int i = 0; i < tracee_count; i++) {
        int status, pid = waitpid(tracees[i], &status, __WALL | WNOHANG);
        CHECK(pid >= 0);
        if (pid > 0 && WIFSTOPPED(status))
            go_on(pid, status);
        else if (pid > 0)
            tracees[i--] = tracees[--tracee_count];
    }
    sched_yield();
}

static void test_system_calls(void)
{
    start_program();
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    MUST(ptrace(PTRACE_SEIZE, helper, NULL, options));
    MUST(ptrace(PTRACE_INTERRUPT, helper, NULL, NULL));
    tracees[0] = helper;
    tracee_count = 1;
    helper_stops = 0;
    for (int round = 0; round < round_count; round++) {
        order(RUN_ONE);
        while (!is_answered())
            serve();
        CHECK_EQ(answer(), 7 << 8);
        while (tracee_count > 1 || !is_asleep(helper, helper))
            serve();
        long stops = helper_stops;
        pass_time();
        serve();
        CHECK_EQ(helper_stops, stops);
    }
    printf("  %.1f stops of the helper for each child\n", (double)helper_stops / round_count);
    CHECK(helper_stops < 100 * round_count);
    int status;
    MUST(ptrace(PTRACE_INTERRUPT, helper, NULL, NULL));
    CHECK_EQ(waitpid(helper, &status, __WALL), helper);
    let_go(helper);
    CHECK_EQ(ask(RUN_ONE), 7 << 8);
    stop_program();
}

/* --- ends ---------------------------------------------------------------------------------------- */

/** The helper has ended when its tracer has seen it. */
static void test_killed_while_held(void)
{
    for (int round = 0; round < round_count; round++) {
        start_program();
        int cat = ask(START);
        hold(helper, round % 2);
        MUST(kill(helper, SIGKILL));
        order(LOSE);
        siginfo_t info;
        MUST(waitid(P_PID, (id_t)helper, &info, WEXITED | WNOWAIT | __WALL));
        await_sleep(program, program);
        CHECK_EQ(is_answered(), 0);
        int status;
        CHECK_EQ(waitpid(helper, &status, __WALL), helper);
        CHECK_EQ(answer(), -ECHILD);
        await_program(0);
        CHECK_EQ(reap_child(cat), 0); /* it came to us */
    }
}

/** The program ends while its helper can't: that follows as soon as it can. */
static void test_program_killed(void)
{
    for (int round = 0; round < round_count; round++) {
        int status;
        start_program();
        int cat = ask(START);
        hold(helper, round % 2);
        MUST(kill(program, SIGKILL));
        await_program(SIGKILL);
        await_zombie(cat);
        CHECK_EQ(state_of(helper), 't');
        let_go(helper);
        CHECK_EQ(waitpid(helper, &status, __WALL), helper);
        CHECK_EQ(status, 0);
        CHECK(waitpid(cat, &status, 0) == cat || errno == ECHILD); /* unless the helper has reaped it before it left */
    }
}

static void skip_without_ptrace(void)
{
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    int child = MUST(fork());
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) != 0);
    }
    long result = ptrace(PTRACE_SEIZE, child, NULL, NULL);
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    CHECK_EQ(reap_child(child), 0);
    if (result < 0) {
        char reason[128];
        snprintf(reason, sizeof reason, "ptrace(2): %s, as under another tracer", strerror(error));
        skip_program(reason);
    }
}

int main(void)
{
    skip_without_spawn();
    skip_without_ptrace();
    round_count = rounds(100);
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
    RUN(test_held_helper);
    RUN(test_held_child);
    RUN(test_held_program);
    RUN(test_system_calls);
    RUN(test_killed_while_held);
    RUN(test_program_killed);
    return 0;
}
