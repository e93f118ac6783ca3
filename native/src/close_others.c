/* SPDX-License-Identifier: MIT */
/* Closing all descriptors but some: what a child and the reaper's helper have by inheritance. Calls nothing of libc. */
#include "spawn.h"

#include <sys/resource.h>

struct kept {
    int32_t first;
    const int32_t *numbers;
    uint32_t count;
};

/** Closes by close_range what lies between the kept ones. */
static int32_t close_gaps(const struct kept *kept)
{
    uint32_t first = (uint32_t)kept->first;
    for (uint32_t i = 0; i < kept->count; i++) {
        uint32_t number = (uint32_t)kept->numbers[i];
        int32_t error = number > first ? lxe__syscall(LXE_NR_CLOSE_RANGE, first, number - 1, 0) : 0;
        if (error < 0)
            return error;
        if (number >= first)
            first = number + 1;
    }
    return lxe__syscall(LXE_NR_CLOSE_RANGE, first, UINT32_MAX, 0);
}

static void close_unless_kept(const struct kept *kept, int32_t number)
{
    if (number >= kept->first && !lxe__is_listed(kept->numbers, kept->count, number))
        lxe__syscall(SYS_close, number);
}

/** Closes what /proc/self/fd lists. The kernel lists by number, so that closing meanwhile loses nothing. */
static int32_t close_listed(const struct kept *kept)
{
    int32_t directory = lxe__syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (directory < 0)
        return directory;
    for (;;) {
        _Alignas(struct lxe_uapi_dirent) char buffer[4096];
        int32_t length = lxe__syscall(SYS_getdents64, directory, buffer, sizeof buffer);
        if (length <= 0) {
            lxe__syscall(SYS_close, directory);
            return length;
        }
        const struct lxe_uapi_dirent *entry;
        for (int32_t at = 0; at < length; at += entry->length) {
            entry = (const struct lxe_uapi_dirent *)(buffer + at);
            int32_t number = 0;
            if (entry->name[0] == '.')
                continue;
            for (const char *digit = entry->name; *digit != '\0'; digit++)
                number = number * 10 + (*digit - '0');
            if (number != directory)
                close_unless_kept(kept, number);
        }
    }
}

/** Closes number by number. One above a limit that was lowered after it had been opened is not found. */
static int32_t close_numbers(const struct kept *kept)
{
    struct {
        uint64_t soft, hard;
    } limit;
    int32_t result = lxe__syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
    for (int32_t number = kept->first; result == 0 && number < INT32_MAX && (uint64_t)number < limit.soft; number++)
        close_unless_kept(kept, number);
    return result;
}

int32_t lxe__close_others(int32_t first, const int32_t *numbers, uint32_t count, int close_range)
{
    const struct kept kept = {first, numbers, count};
    if (close_range && close_gaps(&kept) == 0)
        return 0;
    return close_listed(&kept) == 0 ? 0 : close_numbers(&kept);
}
