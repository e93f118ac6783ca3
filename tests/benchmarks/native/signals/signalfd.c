/* SPDX-License-Identifier: MIT */
/* Sends itself a real-time signal with a value, and gets it from a signalfd by epoll. See ../contest.h; ./signals.h for the flood. */
#include "signals.h"
#include <sys/signalfd.h>

static int make_source(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGNAL);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        fail("pthread_sigmask");
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
    return play(argc, argv, make_source());
}
