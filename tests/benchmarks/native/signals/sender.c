/* SPDX-License-Identifier: MIT */
/* Queues real-time signals with the values from 0 on, as fast as the system lets it. usage: bench-signals-sender PID COUNT */
#include "../bench.h"
#include <sched.h>
#include <signal.h>

int main(int argc, char **argv)
{
    int pid = argc == 3 ? atoi(argv[1]) : 0;
    if (pid < 2)
        fail("usage");
    for (int value = 0; value < atoi(argv[2]); value++)
        while (sigqueue(pid, SIGRTMIN + 1, (union sigval){.sival_int = value}) != 0) {
            if (errno != EAGAIN)
                fail("sigqueue");
            sched_yield();
        }
    return 0;
}
