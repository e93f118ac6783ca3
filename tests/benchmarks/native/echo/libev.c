/* SPDX-License-Identifier: MIT */
#include "../contest.h"
#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static void on_message(struct ev_loop *loop, ev_io *watcher, int events)
{
    (void)events;
    char bytes[4096];
    ssize_t count = read(watcher->fd, bytes, sizeof bytes);
    if (count <= 0) {
        ev_io_stop(loop, watcher);
        close(watcher->fd);
        free(watcher);
    } else if (write(watcher->fd, bytes, (size_t)count) != count) {
        fail("write");
    }
}

static void on_connection(struct ev_loop *loop, ev_io *unused, int events)
{
    (void)unused, (void)events;
    ev_io *watcher = malloc(sizeof *watcher);
    ev_io_init(watcher, on_message, accept4(LISTENER, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), EV_READ);
    ev_io_start(loop, watcher);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(EVBACKEND_EPOLL);
    ev_io listener;
    ev_io_init(&listener, on_connection, LISTENER, EV_READ);
    ev_io_start(loop, &listener);
    ev_run(loop, 0);
    return 0;
}
