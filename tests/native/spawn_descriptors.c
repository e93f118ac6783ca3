/* SPDX-License-Identifier: MIT */
/* Which descriptors the child has, and which not. The program starts itself: "PROGRAM list" says what it finds. */
#include "spawn_support.h"

#define HIGHEST 400 /* the largest number looked at */
#define REPORT 40   /* where the child writes its list to */

/** The child: writes the number and the inode of each descriptor but REPORT, without opening one. */
static int list(void)
{
    for (int number = 0; number <= HIGHEST; number++) {
        struct stat status;
        if (number != REPORT && fstat(number, &status) == 0)
            dprintf(REPORT, "%d %llu\n", number, (unsigned long long)status.st_ino);
    }
    return 0;
}

/** What the child has at each number: an inode, or 0. */
struct found {
    unsigned long long inode[HIGHEST + 1];
    int count;
};

static struct found start_list(const struct lxe_spawn_fd *fds, uint32_t count)
{
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    struct lxe_spawn_fd *all = malloc((count + 1) * sizeof *all);
    for (uint32_t i = 0; i < count; i++)
        all[i] = fds[i];
    all[count] = (struct lxe_spawn_fd){ends[1], REPORT};
    struct lxe_spawn_options options = PROGRAM("/proc/self/exe", "list");
    options.fds = all;
    options.fd_count = count + 1;
    char *text = output(&options, ends[0], ends[1]);
    struct found found = {.count = 0};
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        int number;
        unsigned long long inode;
        CHECK_EQ(sscanf(line, "%d %llu", &number, &inode), 2);
        CHECK(number >= 0);
        CHECK(number <= HIGHEST);
        found.inode[number] = inode;
        found.count++;
    }
    free(text);
    free(all);
    return found;
}

static unsigned long long inode(int fd)
{
    struct stat status;
    CHECK_EQ(fstat(fd, &status), 0);
    return status.st_ino;
}

/** Puts a new pipe's reading end at a number, inheritable if the number is odd. */
static unsigned long long open_at(int number)
{
    int ends[2];
    MUST(pipe2(ends, O_CLOEXEC));
    int fd = dup3(ends[0], number, number % 2 == 0 ? O_CLOEXEC : 0);
    CHECK_EQ(fd, number);
    close(ends[0]);
    close(ends[1]);
    return inode(fd);
}

/** 0 to 2 and 200 to 205 open, 206 free, and strays all over the place. */
static unsigned long long opened[6];

static void open_all(void)
{
    for (int i = 0; i < 6; i++)
        opened[i] = open_at(200 + i);
    for (int number = 10; number <= HIGHEST; number += 7)
        if (number < 200 || number > 206)
            open_at(number);
}

static void test_standard_only(void)
{
    struct found found = start_list(NULL, 0);
    CHECK_EQ(found.count, 3);
    for (int number = 0; number <= 2; number++)
        CHECK_EQ(found.inode[number], inode(number));
}

static void test_placed(void)
{
    const struct lxe_spawn_fd fds[] = {{205, 1}, {200, 77}, {201, 3}, {201, 398}, {202, 202}, {203, 203}};
    struct found found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.count, 3 + 5);
    CHECK_EQ(found.inode[0], inode(0));
    CHECK_EQ(found.inode[2], inode(2));
    CHECK_EQ(found.inode[1], opened[5]);
    CHECK_EQ(found.inode[77], opened[0]);
    CHECK_EQ(found.inode[3], opened[1]);
    CHECK_EQ(found.inode[398], opened[1]); /* one source, twice */
    CHECK_EQ(found.inode[202], opened[2]);
    CHECK_EQ(found.inode[203], opened[3]); /* stays, inheritable or not */
}

static void test_swaps_and_cycles(void)
{
    const struct lxe_spawn_fd fds[] = {
        {200, 201}, {201, 200},             /* a swap */
        {202, 203}, {203, 204}, {204, 202}, /* a cycle */
        {202, 205}, {205, 206}, {206, 300}, /* a source twice; a chain that goes on */
    };
    unsigned long long last = open_at(206);
    struct found found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.count, 3 + 8);
    CHECK_EQ(found.inode[201], opened[0]);
    CHECK_EQ(found.inode[200], opened[1]);
    CHECK_EQ(found.inode[203], opened[2]);
    CHECK_EQ(found.inode[204], opened[3]);
    CHECK_EQ(found.inode[202], opened[4]);
    CHECK_EQ(found.inode[205], opened[2]);
    CHECK_EQ(found.inode[206], opened[5]);
    CHECK_EQ(found.inode[300], last);
    close(206);
}

/** Standard output and error, as sources and targets at once. */
static void test_swapped_standard(void)
{
    CHECK_EQ(dup2(200, 1), 1);
    CHECK_EQ(dup2(201, 2), 2);
    const struct lxe_spawn_fd fds[] = {{1, 2}, {2, 1}};
    struct found found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.count, 3);
    CHECK_EQ(found.inode[1], opened[1]);
    CHECK_EQ(found.inode[2], opened[0]);
}

static void test_closed_standard(void)
{
    close(0);
    struct found found = start_list(NULL, 0);
    CHECK_EQ(found.count, 2);
    CHECK_EQ(found.inode[0], 0);
    close(2);
    const struct lxe_spawn_fd fds[] = {{200, 201}, {201, 200}, {202, 2}};
    found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.count, 4);
    CHECK_EQ(found.inode[0], 0);
    CHECK_EQ(found.inode[2], opened[2]);
}

static void test_many(void)
{
    struct lxe_spawn_fd fds[300];
    for (int i = 0; i < 300; i++)
        fds[i] = (struct lxe_spawn_fd){200 + i % 6, 350 - i};
    struct found found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.count, 3 + 300);
    for (int i = 0; i < 300; i++)
        CHECK_EQ(found.inode[fds[i].target], opened[i % 6]);
}

/** The highest numbers that there are, and none above to move to. */
static void test_swap_at_the_limit(void)
{
    struct rlimit limit = {64, 64};
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    unsigned long long first = open_at(62), second = open_at(63);
    const struct lxe_spawn_fd fds[] = {{62, 63}, {63, 62}};
    struct found found = start_list(fds, COUNT(fds));
    CHECK_EQ(found.inode[62], second);
    CHECK_EQ(found.inode[63], first);
    const struct lxe_spawn_fd beyond[] = {{62, 10}, {63, 64}};
    struct lxe_spawn_options options = PROGRAM("/bin/true");
    options.fds = beyond;
    options.fd_count = COUNT(beyond);
    struct lxe_spawn_result result = spawn(&options, -EBADF);
    CHECK_EQ(result.step, LXE_SPAWN_STEP_DESCRIPTOR);
    CHECK_EQ(result.index, 1);
}

static void test_bad_source(void)
{
    static const struct lxe_spawn_fd lists[][3] = {
        {{200, 5}, {201, 6}, {399, 7}}, /* not open */
        {{200, 5}, {201, 6}, {399, 399}},
        {{200, 5}, {201, 399}, {399, 7}}, /* not open, though it is a target */
        {{200, 5}, {201, 6}, {-1, 7}},
    };
    for (uint32_t i = 0; i < COUNT(lists); i++) {
        struct lxe_spawn_options options = PROGRAM("/bin/true");
        options.fds = lists[i];
        options.fd_count = 3;
        struct lxe_spawn_result result = spawn(&options, -EBADF);
        CHECK_EQ(result.step, LXE_SPAWN_STEP_DESCRIPTOR);
        CHECK_EQ(result.index, 2);
    }
}

static void test_all(void)
{
    open_all();
    int before = count_descriptors();
    test_standard_only();
    test_placed();
    test_swaps_and_cycles();
    test_many();
    test_bad_source();
    CHECK_EQ(count_descriptors(), before);
    IN_FORK(test_swapped_standard);
    IN_FORK(test_closed_standard);
    IN_FORK(test_swap_at_the_limit);
}

static void test_without_close_range(void)
{
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_CLOSE_RANGE), 0);
    test_all();
}

/** Nor /proc: as if it were not mounted. */
static void test_without_list(void)
{
    filter(SYS_getdents64, SECCOMP_RET_ERRNO | ENOSYS);
    CHECK_EQ(lxe_feature_disable(LXE_FEATURE_CLOSE_RANGE), 0);
    open_all();
    test_standard_only();
    test_placed();
    test_many();
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    skip_without_spawn();
    IN_FORK(test_all);
    IN_FORK(test_without_close_range);
    if (!through_reaper) /* whose helper would have the list, and takes no requests of a process that filters itself */
        IN_FORK(test_without_list);
    return 0;
}
