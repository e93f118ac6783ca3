/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/inotify.h>
#include <sys/stat.h>

static char directory[] = "/tmp/lxe-inotify-XXXXXX";
static char path[PATH_MAX], other_path[PATH_MAX];

/* The events that wait, one after the other: all of them, then -EAGAIN. */
struct reader {
    int fd;
    int32_t filled, position;
    _Alignas(8) char buffer[4096];
};

static const struct lxe_inotify_event *next(struct reader *reader)
{
    if (reader->position == reader->filled) {
        reader->position = 0;
        reader->filled = lxe_fd_read(reader->fd, reader->buffer, sizeof reader->buffer);
        CHECK(reader->filled > 0);
    }
    const struct lxe_inotify_event *event = (const struct lxe_inotify_event *)(void *)(reader->buffer + reader->position);
    reader->position += (int32_t)(sizeof *event + event->name_length);
    return event;
}

static void expect(struct reader *reader, int watch, uint32_t mask, const char *name)
{
    const struct lxe_inotify_event *event = next(reader);
    CHECK_EQ(event->watch, watch);
    CHECK_EQ(event->mask, mask);
    if (name == NULL)
        CHECK_EQ(event->name_length, 0);
    else
        CHECK_EQ(strcmp((const char *)(event + 1), name), 0);
}

static void expect_nothing(struct reader *reader)
{
    CHECK_EQ(reader->position, reader->filled);
    CHECK_EQ(lxe_fd_read(reader->fd, reader->buffer, sizeof reader->buffer), -EAGAIN);
}

static void make_file(const char *name)
{
    int fd = MUST(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    MUST(close(fd));
}

static void test_events_of_a_directory(void)
{
    struct reader reader = {.fd = lxe_inotify_create(LXE_NONBLOCK)};
    CHECK(reader.fd >= 0);
    int watch = lxe_inotify_add(reader.fd, directory, LXE_INOTIFY_CREATE | LXE_INOTIFY_CLOSE_WRITE | LXE_INOTIFY_MOVED_FROM |
                                                          LXE_INOTIFY_MOVED_TO | LXE_INOTIFY_DELETE | LXE_INOTIFY_ONLYDIR);
    CHECK(watch > 0);
    expect_nothing(&reader);
    make_file(path);
    expect(&reader, watch, LXE_INOTIFY_CREATE, "file");
    expect(&reader, watch, LXE_INOTIFY_CLOSE_WRITE, "file");
    MUST(rename(path, other_path));
    const struct lxe_inotify_event *from = next(&reader);
    uint32_t cookie = from->cookie;
    CHECK_EQ(from->mask, LXE_INOTIFY_MOVED_FROM);
    const struct lxe_inotify_event *to = next(&reader);
    CHECK_EQ(to->mask, LXE_INOTIFY_MOVED_TO);
    CHECK_EQ(to->cookie, cookie);
    MUST(unlink(other_path));
    expect(&reader, watch, LXE_INOTIFY_DELETE, "other");
    MUST(mkdir(path, 0700));
    expect(&reader, watch, LXE_INOTIFY_CREATE | LXE_INOTIFY_ISDIR, "file");
    MUST(rmdir(path));
    expect(&reader, watch, LXE_INOTIFY_DELETE | LXE_INOTIFY_ISDIR, "file");
    expect_nothing(&reader);
    CHECK_EQ(lxe_fd_close_take(reader.fd), 0);
}

static void test_a_removed_watch_says_so_and_is_silent(void)
{
    struct reader reader = {.fd = lxe_inotify_create(LXE_NONBLOCK)};
    CHECK(reader.fd >= 0);
    int watch = lxe_inotify_add(reader.fd, directory, LXE_INOTIFY_CREATE);
    CHECK(watch > 0);
    CHECK_EQ(lxe_inotify_remove(reader.fd, watch), 0);
    expect(&reader, watch, LXE_INOTIFY_IGNORED, NULL);
    make_file(path);
    MUST(unlink(path));
    expect_nothing(&reader);
    CHECK_EQ(lxe_inotify_remove(reader.fd, watch), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(reader.fd), 0);
}

static void test_oneshot_and_changed_masks(void)
{
    struct reader reader = {.fd = lxe_inotify_create(LXE_NONBLOCK)};
    CHECK(reader.fd >= 0);
    int watch = lxe_inotify_add(reader.fd, directory, LXE_INOTIFY_DELETE);
    CHECK_EQ(lxe_inotify_add(reader.fd, directory, LXE_INOTIFY_CREATE | LXE_INOTIFY_MASK_ADD), watch);
    make_file(path);
    MUST(unlink(path));
    expect(&reader, watch, LXE_INOTIFY_CREATE, "file");
    expect(&reader, watch, LXE_INOTIFY_DELETE, "file");
    CHECK_EQ(lxe_inotify_add(reader.fd, directory, LXE_INOTIFY_CREATE | LXE_INOTIFY_ONESHOT), watch);
    make_file(path);
    expect(&reader, watch, LXE_INOTIFY_CREATE, "file");
    expect(&reader, watch, LXE_INOTIFY_IGNORED, NULL);
    MUST(unlink(path));
    expect_nothing(&reader);
    CHECK_EQ(lxe_fd_close_take(reader.fd), 0);
}

static void test_flags_of_the_descriptor(void)
{
    for (uint32_t flags = 0; flags < 4; flags++) {
        int fd = lxe_inotify_create(flags);
        CHECK(fd >= 0);
        CHECK_EQ(MUST(fcntl(fd, F_GETFD)), (flags & LXE_INHERIT) != 0 ? 0 : FD_CLOEXEC);
        CHECK_EQ(MUST(fcntl(fd, F_GETFL)) & O_NONBLOCK, (flags & LXE_NONBLOCK) != 0 ? O_NONBLOCK : 0);
        CHECK_EQ(lxe_fd_close_take(fd), 0);
    }
}

static void test_errors(void)
{
    char small[sizeof(struct lxe_inotify_event)];
    int32_t read_end, write_end;
    int fd = lxe_inotify_create(LXE_NONBLOCK);
    CHECK(fd >= 0);
    CHECK_EQ(lxe_inotify_create(0x4), -EINVAL);
    CHECK_EQ(lxe_inotify_add(fd, "/nonexistent/file", LXE_INOTIFY_OPEN), -ENOENT);
    CHECK_EQ(lxe_inotify_add(fd, NULL, LXE_INOTIFY_OPEN), -EFAULT);
    CHECK_EQ(lxe_inotify_add(fd, directory, 0), -EINVAL);
    CHECK_EQ(lxe_inotify_add(fd, "/dev/null", LXE_INOTIFY_OPEN | LXE_INOTIFY_ONLYDIR), -ENOTDIR);
    CHECK_EQ(lxe_inotify_add(-1, directory, LXE_INOTIFY_OPEN), -EBADF);
    CHECK_EQ(lxe_inotify_remove(fd, 4711), -EINVAL);
    CHECK_EQ(lxe_inotify_remove(-1, 1), -EBADF);
    CHECK(lxe_inotify_add(fd, directory, LXE_INOTIFY_CREATE) > 0);
    if (inotify_add_watch(fd, directory, IN_CREATE | LXE_INOTIFY_MASK_CREATE) < 0)
        CHECK_EQ(lxe_inotify_add(fd, directory, LXE_INOTIFY_DELETE | LXE_INOTIFY_MASK_CREATE), -EEXIST);
    else
        printf("  skipped: a watch that must be new, the kernel ignores IN_MASK_CREATE\n");
    make_file(path);
    CHECK_EQ(lxe_fd_read(fd, small, sizeof small), -EINVAL);
    MUST(unlink(path));

    CHECK_EQ(lxe_fd_pipe(&read_end, &write_end, 0), 0);
    CHECK_EQ(lxe_inotify_add(read_end, directory, LXE_INOTIFY_OPEN), -EINVAL);
    CHECK_EQ(lxe_inotify_remove(read_end, 1), -EINVAL);
    CHECK_EQ(lxe_fd_close_take(read_end), 0);
    CHECK_EQ(lxe_fd_close_take(write_end), 0);
    CHECK_EQ(lxe_fd_close_take(fd), 0);
}

int main(void)
{
    CHECK(mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/file", directory);
    snprintf(other_path, sizeof other_path, "%s/other", directory);
    RUN(test_events_of_a_directory);
    RUN(test_a_removed_watch_says_so_and_is_silent);
    RUN(test_oneshot_and_changed_masks);
    RUN(test_flags_of_the_descriptor);
    RUN(test_errors);
    MUST(rmdir(directory));
    return 0;
}
