/* SPDX-License-Identifier: MIT */
/* Prints who sends SIGUSR1, SIGHUP and SIGTERM, and ends with SIGTERM. The relay needs no signal blocked in any thread. */
#include <linuxevents.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    uint64_t signals = 1u << (SIGUSR1 - 1) | 1u << (SIGHUP - 1) | 1u << (SIGTERM - 1);
    int32_t relay = lxe_relay_open(signals, 0, 64);
    struct lxe_signal_info info = {0};
    int32_t result = relay;
    printf("process %d\n", (int)getpid());
    while ((result >= 0 || result == -EINTR) && info.signal != SIGTERM) {
        result = lxe_relay_read(relay, &info, 1);
        if (result == 1)
            printf("signal %u from process %u of user %u, value %d\n", info.signal, info.pid, info.uid, info.value_int);
    }
    if (result < 0)
        fprintf(stderr, "signals: %s\n", strerror(-result));
    else
        lxe_relay_close_take(relay);
    return result < 0;
}
