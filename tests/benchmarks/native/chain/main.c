/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int chain_count;
bool chain_edge;
static int (*pairs)[2];
static long served;

int chain_reader(int index)
{
    return pairs[index][0];
}

void chain_pass(int index)
{
    char bytes[16];
    ssize_t count = read(pairs[index][0], bytes, chain_edge ? sizeof bytes : 1);
    /* An edge whose bytes were read with those of the edge before finds none. */
    for (ssize_t i = 0; i < count; i++)
        if (write(pairs[(index + 1) % chain_count][1], bytes, 1) != 1)
            fail("write");
    served += count > 0 ? count : 0;
}

static long run(double seconds)
{
    long before = served;
    chain_run(seconds);
    return served - before;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    chain_count = atoi(argv[1]);
    int active = atoi(argv[2]);
    chain_edge = argc > 3 && strcmp(argv[3], "edge") == 0;
    pairs = calloc((size_t)chain_count, sizeof *pairs);
    for (int i = 0; i < chain_count; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pairs[i]) != 0)
            fail("socketpair");
    chain_watch();
    for (int i = 0; i < active; i++)
        if (write(pairs[i * (chain_count / active)][1], "x", 1) != 1)
            fail("write");
    return contest(run);
}
