/* SPDX-License-Identifier: MIT */
/* How the library calls the kernel: arguments, results and errors, by the processor's instruction and by libc's function. */
#include "check.h"

#include "../../native/src/syscall.h"
#include "../../native/src/uapi.h"

#include <fcntl.h>
#include <sys/mman.h>

#ifdef SYS_mmap2
enum { MMAP = SYS_mmap2, OFFSET_UNIT = 4096 };
#else
enum { MMAP = SYS_mmap, OFFSET_UNIT = 1 };
#endif

/** mmap has six arguments, each of which shows, and a result as wide as a register. */
static void test_six_arguments_and_a_wide_result(void)
{
    const long page = sysconf(_SC_PAGESIZE);
    int file = MUST(memfd_create("pages", MFD_CLOEXEC));
    MUST(ftruncate(file, 4 * page));
    CHECK_EQ(pwrite(file, "third", 5, 2 * page), 5);
    char *room = mmap(NULL, (size_t)(4 * page), PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(room != MAP_FAILED);
    char *wanted = room + page;
    errno = 4242;
    CHECK_EQ(lxe__syscall(MMAP, wanted, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 2 * page / OFFSET_UNIT),
             (long)wanted);
    CHECK(memcmp(wanted, "third", 5) == 0);
    memcpy(wanted, "THIRD", 5);
    char text[5];
    CHECK_EQ(lxe__syscall(SYS_lseek, file, 2 * page, SEEK_SET), 2 * page);
    CHECK_EQ(lxe__syscall(SYS_read, file, text, sizeof text), sizeof text);
    CHECK(memcmp(text, "THIRD", 5) == 0);
    CHECK_EQ(errno, 4242);
    MUST(munmap(room, (size_t)(4 * page)));
    MUST(close(file));
}

static void test_errors_are_results_and_leave_errno_alone(void)
{
    errno = 4242;
    CHECK_EQ(lxe__syscall(SYS_close, -1), -EBADF);
    CHECK_EQ(lxe__syscall(SYS_read, -1, NULL, 0), -EBADF);
    CHECK_EQ(lxe__syscall(SYS_chdir, "/nowhere/at/all"), -ENOENT);
    CHECK_EQ(lxe__syscall(100000), -ENOSYS);
    CHECK_EQ(errno, 4242);
}

/** What the kernel wrote is read again, and what was written before is there for the kernel. */
static void test_memory_is_in_step(void)
{
    int ends[2];
    CHECK_EQ(lxe__syscall(SYS_pipe2, ends, O_CLOEXEC), 0);
    for (uint64_t sent = 1, received = 0; sent <= 1000; sent++) {
        CHECK_EQ(lxe__syscall(SYS_write, ends[1], &sent, sizeof sent), sizeof sent);
        CHECK_EQ(lxe__syscall(SYS_read, ends[0], &received, sizeof received), sizeof received);
        CHECK_EQ(received, sent);
    }
    CHECK_EQ(lxe__syscall(SYS_close, ends[0]), 0);
    CHECK_EQ(lxe__syscall(SYS_close, ends[1]), 0);
}

int main(void)
{
    RUN(test_six_arguments_and_a_wide_result);
    RUN(test_errors_are_results_and_leave_errno_alone);
    RUN(test_memory_is_in_step);
    return 0;
}
