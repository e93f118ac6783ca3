/* SPDX-License-Identifier: MIT */
/*
 * Drives an echo server, the contestant: starts it with a listening socket as descriptor 3, opens many connections to it, and
 * in each round keeps one message of 64 bytes under way in every one of them. Client and server have a processor each. A round's
 * answer is the wall time and the *server's* processor time of a message in nanoseconds.
 * usage: bench-echo-client unix|tcp CONNECTIONS SERVER [ARGUMENTS]
 */
#include "../contest.h"
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LENGTH = 64, LISTENER = 3 };

static pid_t server;
static int epoll_fd, connections;
static int *sockets;
static int *received;

static void use_processor(int number)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(number, &set);
    /* On a machine with one processor both share it. */
    (void)sched_setaffinity(0, sizeof set, &set);
}

/* What all threads of the server have run so far: exact, unlike the times in /proc/PID/stat. */
static double server_nanoseconds(void)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)server);
    DIR *tasks = opendir(path);
    double sum = 0;
    if (tasks == NULL)
        fail(path);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        char name[512];
        snprintf(name, sizeof name, "%s/%s/schedstat", path, task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(name, "re");
        double value;
        if (file != NULL && fscanf(file, "%lf", &value) == 1)
            sum += value;
        if (file != NULL)
            fclose(file);
    }
    closedir(tasks);
    return sum;
}

static socklen_t bind_address(int listener, bool tcp, struct sockaddr_storage *address)
{
    struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    /* Without a name, the kernel gives one in the abstract namespace. */
    struct sockaddr_un nameless = {.sun_family = AF_UNIX};
    socklen_t length = sizeof *address;
    int result = tcp ? bind(listener, (struct sockaddr *)&loopback, sizeof loopback)
                     : bind(listener, (struct sockaddr *)&nameless, offsetof(struct sockaddr_un, sun_path));
    if (result != 0 || listen(listener, 4096) != 0 || getsockname(listener, (struct sockaddr *)address, &length) != 0)
        fail("listen");
    return length;
}

static void start_server(int listener, char **command)
{
    pid_t parent = getpid();
    server = fork();
    if (server < 0)
        fail("fork");
    if (server > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    use_processor(1);
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (listener == LISTENER)
        fcntl(listener, F_SETFD, 0);
    else
        dup2(listener, LISTENER);
    execvp(command[0], command);
    fail(command[0]);
}

static void open_connections(bool tcp, const struct sockaddr_storage *address, socklen_t length)
{
    sockets = calloc((size_t)connections, sizeof *sockets);
    received = calloc((size_t)connections, sizeof *received);
    for (int i = 0; i < connections; i++) {
        sockets[i] = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        if (sockets[i] < 0 || connect(sockets[i], (const struct sockaddr *)address, length) != 0 ||
            epoll_ctl(epoll_fd, EPOLL_CTL_ADD, sockets[i], &event) != 0)
            fail("connect");
        if (tcp)
            setsockopt(sockets[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    }
}

static void send_message(int connection)
{
    static const char message[LENGTH];
    received[connection] = 0;
    if (write(sockets[connection], message, LENGTH) != LENGTH)
        fail("write");
}

static long exchange(double seconds)
{
    long answers = 0;
    double end = nanoseconds(CLOCK_MONOTONIC) + seconds * 1e9;
    for (int i = 0; i < connections; i++)
        send_message(i);
    for (int outstanding = connections; outstanding > 0;) {
        static struct epoll_event events[512];
        int ready = epoll_wait(epoll_fd, events, 512, -1);
        bool more = nanoseconds(CLOCK_MONOTONIC) < end;
        for (int i = 0; i < ready; i++) {
            int connection = (int)events[i].data.u32;
            char bytes[LENGTH];
            ssize_t count = read(sockets[connection], bytes, sizeof bytes);
            if (count <= 0)
                fail("the server ended a connection");
            received[connection] += (int)count;
            if (received[connection] < LENGTH)
                continue;
            answers++;
            if (more)
                send_message(connection);
            else
                outstanding--;
        }
    }
    return answers;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    bool tcp = strcmp(argv[1], "tcp") == 0;
    connections = atoi(argv[2]);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    int listener = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage address;
    socklen_t length = bind_address(listener, tcp, &address);
    start_server(listener, argv + 3);
    use_processor(0);
    open_connections(tcp, &address, length);
    exchange(0.1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    for (double seconds; scanf("%lf", &seconds) == 1;) {
        double wall = nanoseconds(CLOCK_MONOTONIC), cpu = server_nanoseconds();
        double answers = (double)exchange(seconds);
        printf("%.2f %.2f\n", (nanoseconds(CLOCK_MONOTONIC) - wall) / answers, (server_nanoseconds() - cpu) / answers);
    }
    return 0;
}
