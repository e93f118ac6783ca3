/* A wake-up goes through an eventfd and an epoll set. */
#include <linuxevents.h>

#include <stdio.h>

int main(void)
{
    struct lxe_epoll_event event = {0};
    uint64_t value = 0;
    int32_t set = lxe_epoll_create(0);
    int32_t counter = lxe_eventfd_create(0, 0);

    if (set < 0 || counter < 0 || lxe_epoll_add(set, counter, LXE_EPOLL_IN, 42) < 0 ||
        lxe_eventfd_write(counter, 7) < 0 || lxe_epoll_wait(set, &event, 1, LXE_NO_DEADLINE, NULL) != 1 ||
        event.data != 42 || lxe_eventfd_read(counter, &value) < 0)
        return 1;

    printf("%llu arrived\n", (unsigned long long)value);
    return lxe_fd_close_take(counter) < 0 || lxe_fd_close_take(set) < 0;
}
