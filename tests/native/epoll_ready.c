/* SPDX-License-Identifier: MIT */
/* When a registered descriptor reports, and what. */
#include "epoll_check.h"

#include <netinet/in.h>
#include <sys/socket.h>

static void make_sockets(int ends[2])
{
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
}

static void fill(int fd)
{
    char block[4096] = {0};
    int32_t written;
    while ((written = lxe_fd_write(fd, block, sizeof block)) > 0)
        ;
    CHECK_EQ(written, -EAGAIN);
}

static void drain(int fd)
{
    char block[4096];
    int32_t taken;
    while ((taken = lxe_fd_read(fd, block, sizeof block)) > 0)
        ;
    CHECK_EQ(taken, -EAGAIN);
}

static void test_data_already_present(void)
{
    int set = make_set(), fd = make_counter(1);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, UINT64_MAX - 1), 0);
    CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, LXE_NO_DEADLINE, NULL), 1);
    CHECK(events[0].data == UINT64_MAX - 1);
    drain_counter(fd);
    CHECK_EQ(look(set), 0);
    close_all(set, fd, -1);
}

static void *write_once_asleep(void *fd)
{
    await_sleep(getpid(), getpid());
    CHECK_EQ(lxe_eventfd_write(*(int *)fd, 1), 0);
    return NULL;
}

static void test_data_arriving_during_the_wait(void)
{
    pthread_t writer;
    int set = make_set(), fd = make_counter(0);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, 5), 0);
    CHECK_EQ(pthread_create(&writer, NULL, write_once_asleep, &fd), 0);
    CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, LXE_NO_DEADLINE, NULL), 1);
    CHECK_EQ(pthread_join(writer, NULL), 0);
    CHECK_EQ(events[0].data, 5);
    drain_counter(fd);
    CHECK_EQ(look(set), 0);
    close_all(set, fd, -1);
}

static void test_writable_when_there_is_room(void)
{
    int ends[2], set = make_set();
    make_sockets(ends);
    CHECK_EQ(lxe_epoll_add(set, ends[0], LXE_EPOLL_OUT, 1), 0);
    expect(set, LXE_EPOLL_OUT, 1);
    close_all(ends[0], ends[1], -1);

    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], LXE_NONBLOCK), 0);
    fill(ends[1]);
    CHECK_EQ(lxe_epoll_add(set, ends[1], LXE_EPOLL_OUT, 2), 0);
    CHECK_EQ(look(set), 0);
    drain(ends[0]);
    expect(set, LXE_EPOLL_OUT, 2);
    close_all(ends[0], ends[1], set);
}

/* One registration for each direction, by a copy of the descriptor. */
static void test_reader_and_writer_each_get_their_own_kind(void)
{
    int ends[2], set = make_set();
    make_sockets(ends);
    int copy = lxe_fd_dup(ends[0], -1, 0);
    CHECK(copy >= 0);
    CHECK_EQ(lxe_epoll_add(set, ends[0], LXE_EPOLL_IN, 'r'), 0);
    CHECK_EQ(lxe_epoll_add(set, copy, LXE_EPOLL_OUT, 'w'), 0);
    expect(set, LXE_EPOLL_OUT, 'w');
    fill(ends[0]);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_fd_write(ends[1], "x", 1), 1);
    expect(set, LXE_EPOLL_IN, 'r');
    drain(ends[0]);
    drain(ends[1]);
    expect(set, LXE_EPOLL_OUT, 'w');
    CHECK_EQ(lxe_fd_close_take(copy), 0); /* the description lives: only now that both are gone it is unregistered */
    close_all(ends[0], ends[1], set);
}

struct waiter {
    pthread_t thread;
    _Atomic int id;
    int set;
    int32_t count;
    struct lxe_epoll_event event;
};

static void *wait_for_one(void *argument)
{
    struct waiter *self = argument;
    self->id = (int)syscall(SYS_gettid);
    self->count = lxe_epoll_wait(self->set, &self->event, 1, LXE_NO_DEADLINE, NULL);
    return NULL;
}

static void start_waiter(struct waiter *waiter, int set)
{
    *waiter = (struct waiter){.set = set};
    CHECK_EQ(pthread_create(&waiter->thread, NULL, wait_for_one, waiter), 0);
    while (waiter->id == 0)
        sched_yield();
    await_sleep(getpid(), waiter->id);
}

static void test_two_readers_both_wake(void)
{
    struct waiter waiters[2];
    int fd = make_counter(0);
    for (int i = 0; i < 2; i++) {
        int set = make_set();
        CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN, (uint64_t)i), 0);
        start_waiter(&waiters[i], set);
    }
    CHECK_EQ(lxe_eventfd_write(fd, 1), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(pthread_join(waiters[i].thread, NULL), 0);
        CHECK_EQ(waiters[i].count, 1);
        CHECK_EQ(waiters[i].event.data, i);
        CHECK_EQ(lxe_fd_close_take(waiters[i].set), 0);
    }
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

static void test_removing_one_reader_leaves_the_other(void)
{
    for (int removed = 0; removed < 2; removed++) {
        int set = make_set(), fds[2];
        fds[0] = make_counter(0);
        fds[1] = lxe_fd_dup(fds[0], -1, 0);
        CHECK_EQ(lxe_epoll_add(set, fds[0], LXE_EPOLL_IN, 0), 0);
        CHECK_EQ(lxe_epoll_add(set, fds[1], LXE_EPOLL_IN, 1), 0);
        CHECK_EQ(lxe_epoll_del(set, fds[removed]), 0);
        CHECK_EQ(lxe_eventfd_write(fds[0], 1), 0);
        expect(set, LXE_EPOLL_IN, (uint64_t)!removed);
        close_all(set, fds[0], fds[1]);
    }
}

static void test_hang_ups(void)
{
    int ends[2], set = make_set();
    make_sockets(ends);
    CHECK_EQ(lxe_epoll_add(set, ends[0], LXE_EPOLL_IN | LXE_EPOLL_RDHUP, 1), 0);
    MUST(shutdown(ends[1], SHUT_WR));
    expect(set, LXE_EPOLL_IN | LXE_EPOLL_RDHUP, 1);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
    expect(set, LXE_EPOLL_IN | LXE_EPOLL_RDHUP | LXE_EPOLL_HUP, 1);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);

    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    CHECK_EQ(lxe_epoll_add(set, ends[0], LXE_EPOLL_IN, 2), 0);
    CHECK_EQ(lxe_fd_close_take(ends[1]), 0);
    expect(set, LXE_EPOLL_HUP, 2); /* and nothing else: a reader has to take it for readable */
    close_all(set, ends[0], -1);
}

static void test_urgent_data_only_when_asked(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0) {
        printf("  skipped: test_urgent_data_only_when_asked, no loopback network (%s)\n", strerror(errno));
        if (listener >= 0)
            CHECK_EQ(lxe_fd_close_take(listener), 0);
        return;
    }
    MUST(listen(listener, 1));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    int client = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    MUST(connect(client, (struct sockaddr *)&address, length));
    int server = lxe_fd_accept(listener, NULL, NULL, 0), set = make_set();
    CHECK(server >= 0);
    CHECK_EQ(lxe_epoll_add(set, server, LXE_EPOLL_PRI, 1), 0);
    CHECK_EQ(MUST(send(client, "!", 1, MSG_OOB)), 1);
    CHECK_EQ(lxe_epoll_wait(set, events, CAPACITY, LXE_NO_DEADLINE, NULL), 1);
    CHECK_EQ(events[0].events, LXE_EPOLL_PRI);
    CHECK_EQ(lxe_epoll_mod(set, server, LXE_EPOLL_IN, 1), 0);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_fd_close_take(listener), 0);
    close_all(set, client, server);
}

static void test_errors_need_no_interest(void)
{
    int ends[2], set = make_set();
    CHECK_EQ(lxe_fd_pipe(&ends[0], &ends[1], 0), 0);
    CHECK_EQ(lxe_epoll_add(set, ends[1], 0, 1), 0);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_fd_close_take(ends[0]), 0);
    expect(set, LXE_EPOLL_ERR, 1);
    close_all(set, ends[1], -1);
}

static void test_oneshot_edge_and_level(void)
{
    int set = make_set(), fd = make_counter(1);
    CHECK_EQ(lxe_epoll_add(set, fd, LXE_EPOLL_IN | LXE_EPOLL_ONESHOT, 1), 0);
    expect(set, LXE_EPOLL_IN, 1);
    CHECK_EQ(lxe_eventfd_write(fd, 1), 0);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN | LXE_EPOLL_ONESHOT, 2), 0);
    expect(set, LXE_EPOLL_IN, 2);
    CHECK_EQ(look(set), 0);

    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN | LXE_EPOLL_ET, 3), 0);
    expect(set, LXE_EPOLL_IN, 3);
    CHECK_EQ(look(set), 0);
    CHECK_EQ(lxe_eventfd_write(fd, 1), 0);
    expect(set, LXE_EPOLL_IN, 3);
    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN | LXE_EPOLL_ET, 3), 0);
    expect(set, LXE_EPOLL_IN, 3);
    CHECK_EQ(look(set), 0);

    CHECK_EQ(lxe_epoll_mod(set, fd, LXE_EPOLL_IN, 4), 0);
    expect(set, LXE_EPOLL_IN, 4);
    expect(set, LXE_EPOLL_IN, 4);
    drain_counter(fd);
    CHECK_EQ(look(set), 0);
    close_all(set, fd, -1);
}

/* Also that every event of a full buffer is expanded rightly. */
static void test_more_ready_descriptors_than_room(void)
{
    enum { COUNT = 100 };
    int fds[COUNT], set = make_set();
    for (int i = 0; i < COUNT; i++) {
        fds[i] = make_counter(1);
        CHECK_EQ(lxe_epoll_add(set, fds[i], LXE_EPOLL_IN | LXE_EPOLL_OUT, 0x1122334400000000u + (uint64_t)i), 0);
    }
    for (int32_t capacity = 1; capacity <= CAPACITY; capacity++) {
        int seen[COUNT] = {0}, missing = COUNT;
        for (int round = 0; round < (COUNT + capacity - 1) / capacity; round++) { /* none starves: they take turns */
            memset(events, 0xee, sizeof events);
            CHECK_EQ(lxe_epoll_wait(set, events, capacity, 0, NULL), capacity);
            for (int32_t i = 0; i < capacity; i++) {
                uint64_t number = events[i].data - 0x1122334400000000u;
                CHECK(number < COUNT);
                CHECK_EQ(events[i].events, LXE_EPOLL_IN | LXE_EPOLL_OUT);
                CHECK_EQ(events[i].reserved, 0);
                missing -= seen[number]++ == 0;
            }
        }
        CHECK_EQ(missing, 0);
        if (capacity < CAPACITY)
            CHECK(events[capacity].data == 0xeeeeeeeeeeeeeeeeu); /* nothing is written past the capacity */
    }
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(lxe_fd_close_take(fds[i]), 0);
    CHECK_EQ(lxe_fd_close_take(set), 0);
}

int main(void)
{
    RUN(test_data_already_present);
    RUN(test_data_arriving_during_the_wait);
    RUN(test_writable_when_there_is_room);
    RUN(test_reader_and_writer_each_get_their_own_kind);
    RUN(test_two_readers_both_wake);
    RUN(test_removing_one_reader_leaves_the_other);
    RUN(test_hang_ups);
    RUN(test_urgent_data_only_when_asked);
    RUN(test_errors_need_no_interest);
    RUN(test_oneshot_edge_and_level);
    RUN(test_more_ready_descriptors_than_room);
    return 0;
}
