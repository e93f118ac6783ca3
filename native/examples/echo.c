/* SPDX-License-Identifier: MIT */
/* Sends back what it receives: echo PORT (0: any that is free). Any number of connections, one thread. */
#include <linuxevents.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, SOMAXCONN) < 0)
        return -errno;
    getsockname(fd, (struct sockaddr *)&address, &length);
    printf("listening on port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* Level-triggered: what is not read or written now is reported again. Blocking writes keep the example short. */
static void echo(int32_t set, int32_t connection)
{
    char buffer[4096];
    int32_t count = lxe_fd_read(connection, buffer, sizeof buffer);
    for (int32_t sent = 0, result = 0; sent < count && result >= 0; sent += result)
        if ((result = lxe_fd_write(connection, buffer + sent, (uint32_t)(count - sent))) < 0)
            count = result;
    if (count > 0 || count == -EAGAIN || count == -EINTR)
        return;
    lxe_epoll_del(set, connection); /* before it is closed, always */
    lxe_fd_close_take(connection);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN); /* a peer that is gone is an error of its connection alone */
    int32_t set = lxe_epoll_create(0), listener = listen_on((uint16_t)(argc > 1 ? atoi(argv[1]) : 7));
    int32_t error = listener < 0 ? listener : lxe_epoll_add(set, listener, LXE_EPOLL_IN, (uint64_t)listener);
    while (error >= 0 || error == -EINTR) {
        struct lxe_epoll_event events[64];
        int32_t count = error = lxe_epoll_wait(set, events, 64, LXE_NO_DEADLINE, NULL);
        for (int32_t i = 0; i < count; i++) {
            int32_t fd = (int32_t)events[i].data;
            if (fd != listener)
                echo(set, fd);
            else if ((fd = lxe_fd_accept(listener, NULL, NULL, 0)) >= 0)
                lxe_epoll_add(set, fd, LXE_EPOLL_IN, (uint64_t)fd);
        }
    }
    fprintf(stderr, "echo: %s\n", strerror(-error));
    return 1;
}
