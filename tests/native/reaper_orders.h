/* SPDX-License-Identifier: MIT */
/** A program with a reaper, in a process of its own, that does what it is ordered to by a letter and answers with a number. */
#ifndef REAPER_ORDERS_H
#define REAPER_ORDERS_H

#include "reaper_support.h"

#include <poll.h>

enum order { RUN_ONE = 'r', START = 's', END_INPUT = 'e', LOOK = 'l', FINISH = 'f', LOSE = 'x', STOP = 'q' };

static int orders[2], answers[2];
static int program;
static int32_t helper;

static inline void reply(int32_t number)
{
    CHECK_EQ(write(answers[1], &number, sizeof number), sizeof number);
}

static inline int32_t run_one(void)
{
    struct lxe_spawn_options options = PROGRAM("/bin/sh", "-c", "exit 7");
    return finish(start(&options, 0));
}

static inline int obey(void *unused)
{
    (void)unused;
    struct lxe_reaper_child cat = {0};
    struct lxe_pidfd_status status = {.size = sizeof status};
    int input = -1;
    close(orders[1]); /* a test that fails leaves no program behind */
    reply(start_reaper(0));
    for (char order; read(orders[0], &order, 1) == 1;)
        switch (order) {
        case RUN_ONE:
            reply(run_one());
            break;
        case START:
            cat = start_cat(&input);
            reply(cat.pid);
            break;
        case END_INPUT:
            close(input);
            input = -1;
            break;
        case LOOK:
            reply(lxe_reaper_wait(cat.child, LXE_WAIT_EXITED | LXE_WAIT_STOPPED | LXE_WAIT_CONTINUED, 0, &status));
            break;
        case FINISH:
            reply(finish(cat));
            break;
        case LOSE:
            reply(lxe_reaper_wait(cat.child, LXE_WAIT_EXITED, LXE_NO_DEADLINE, &status));
            await_reaper(-EOWNERDEAD);
            return 0;
        case STOP:
            stop_reaper();
            return 0;
        }
    return 1;
}

static inline void order(char what)
{
    CHECK_EQ(write(orders[1], &what, 1), 1);
}

static inline int is_answered(void)
{
    struct pollfd answer = {.fd = answers[0], .events = POLLIN};
    return MUST(poll(&answer, 1, 0));
}

static inline int32_t answer(void)
{
    int32_t number;
    CHECK_EQ(read(answers[0], &number, sizeof number), sizeof number);
    return number;
}

static inline int32_t ask(char what)
{
    order(what);
    return answer();
}

static inline void start_program(void)
{
    MUST(pipe2(orders, O_CLOEXEC));
    MUST(pipe2(answers, O_CLOEXEC));
    program = start_child(obey, NULL);
    helper = answer();
    CHECK(helper > 1);
}

static inline void await_program(int status)
{
    CHECK_EQ(reap_child(program), status);
    for (int i = 0; i < 2; i++) {
        close(orders[i]);
        close(answers[i]);
    }
}

static inline void stop_program(void)
{
    order(STOP);
    await_program(0);
}

#endif
