/* SPDX-License-Identifier: MIT */
/*
 * Feeds structures of any size and content, and any options of spawn, to the library. No program is ever started: its path
 * leads nowhere. What must hold: no sanitizer speaks up, a failure leaves neither child nor descriptor, and nothing
 * beyond the size that a structure states is read or written.
 */
#include <linuxevents.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t *input;
static size_t left;

static void take(void *target, size_t size)
{
    size_t count = size < left ? size : left;
    memset(target, 0, size);
    memcpy(target, input, count);
    input += count;
    left -= count;
}

static uint8_t take_byte(void)
{
    uint8_t byte;
    take(&byte, 1);
    return byte;
}

/** An area of exactly `count` elements, so that a step beyond is noticed. */
static void *take_list(size_t count, size_t size)
{
    void *list = malloc(count * size + (count == 0));
    take(list, count * size);
    return list;
}

/** A structure that begins with its size, on an area of exactly that size. */
static void *take_sized(size_t usual)
{
    uint32_t size = take_byte();
    size = size < 128 ? (uint32_t)usual : size < 250 ? size - 124 : size == 250 ? 0 : 4000 + size % 2 * 200;
    char *area = take_list(size < 4 ? 4 : size, 1);
    memcpy(area, &size, sizeof size);
    return area;
}

#define EXPECT(condition) expect(condition, __LINE__, #condition)

static void expect(int condition, int line, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "line %d: %s does not hold\n", line, what);
    abort();
}

static void answer_structures(void)
{
    void *info = take_sized(sizeof(struct lxe_pidfd_info)), *status = take_sized(sizeof(struct lxe_pidfd_status));
    void *feature = take_sized(sizeof(struct lxe_feature_info));
    EXPECT(lxe_pidfd_info(-1, info) < 0);
    EXPECT(lxe_pidfd_wait(-1, LXE_WAIT_EXITED | LXE_WAIT_NOHANG, status) < 0);
    EXPECT(lxe_feature_query(take_byte(), feature) <= 1);
    free(info);
    free(status);
    free(feature);
}

static char **take_strings(void)
{
    size_t count = take_byte() % 8;
    char **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; i < count; i++) {
        size_t length = take_byte() % 32;
        list[i] = take_list(length + 1, 1);
        list[i][length] = '\0';
    }
    return list;
}

static void free_strings(char **list)
{
    for (char **string = list; *string != NULL; string++)
        free(*string);
    free(list);
}

static void spawn(void)
{
    uint32_t size = take_byte();
    struct lxe_spawn_options options;
    struct lxe_spawn_result *result = take_sized(sizeof *result);
    uint32_t result_size = result->size;
    take(&options, sizeof options);
    options.size = size < 128 ? (uint32_t)sizeof options : size % (uint32_t)(sizeof options + 1);
    char *path = take_list(8, 1), **arguments = take_strings(), **environment = take_strings();
    memcpy(path, "/:/none", 8);
    uint8_t null = take_byte();
    options.path = (null & 1) != 0 && (null & 2) != 0 ? NULL : path;
    options.arguments = (null & 4) != 0 && (null & 8) != 0 ? NULL : (const char *const *)arguments;
    options.environment = (null & 16) != 0 ? NULL : (const char *const *)environment;
    options.working_directory = (null & 32) != 0 ? path : NULL;
    options.fds = take_list(options.fd_count %= 16, sizeof *options.fds);
    options.groups = take_list(options.group_count %= 8, sizeof *options.groups);
    options.limits = take_list(options.limit_count %= 8, sizeof *options.limits);
    options.affinity = take_list(options.affinity_count %= 8, sizeof *options.affinity);

    char *area = malloc(options.size + (options.size < 4 ? 4 : 0));
    memcpy(area, &options, options.size < 4 ? 4 : options.size);
    int32_t error = lxe_spawn_start((const struct lxe_spawn_options *)(void *)area, result);
    EXPECT(error <= 0);
    if (error == 0) { /* a limit or a signal ended it before the program began */
        int status;
        EXPECT(waitpid(result->pid, &status, __WALL) == result->pid);
        EXPECT(WIFSIGNALED(status));
        if (result->pidfd >= 0)
            close(result->pidfd);
    } else if (result_size >= 12) {
        EXPECT((error == -EINVAL || error == -E2BIG) || (result->pid == -1 && result->pidfd == -1));
    }
    EXPECT(waitpid(-1, NULL, __WALL | WNOHANG) == -1 && errno == ECHILD);
    free(area);
    free((void *)options.fds);
    free((void *)options.groups);
    free((void *)options.limits);
    free((void *)options.affinity);
    free(path);
    free_strings(arguments);
    free_strings(environment);
    free(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    left = size;
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC); /* the lowest number that is free, before and after */
    close(before);
    if (take_byte() % 4 == 0)
        answer_structures();
    else
        spawn();
    int after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(after);
    EXPECT(after == before);
    return 0;
}
