/* SPDX-License-Identifier: MIT */
/*
 * The command that compare.sh runs below each init, and its sender of values.
 * probe log: says which signals it gets, with their values, and ends by none but SIGKILL
 * probe default: says so of SIGUSR2 alone; the others have their usual effects
 * probe queue PID SIGNAL VALUE: sigqueue(3)
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words)
{
    if (count == 5 && strcmp(words[1], "queue") == 0) {
        union sigval value = {.sival_int = atoi(words[4])};
        return sigqueue(atoi(words[2]), atoi(words[3]), value) == 0 ? 0 : 1;
    }
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    if (strcmp(words[1], "log") == 0)
        sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    for (int marks = 0;;) {
        siginfo_t info;
        int signal = sigwaitinfo(&set, &info);
        if (signal == SIGUSR2)
            printf("mark %d\n", ++marks);
        else if (signal > 0)
            printf("signal %d value %d\n", signal, info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
    }
}
