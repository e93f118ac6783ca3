/* SPDX-License-Identifier: MIT */
/**
 * System calls by the processor's own instruction. libc's syscall() is up to 10 ns dearer, and tells errors through errno,
 * which a child and the reaper's helper share with a thread of the program. It serves on other processors, where the
 * compiler may use vector registers that the kernel does not keep, and with LXE_SYSCALL_BY_LIBC.
 */
#ifndef LXE_SYSCALL_H
#define LXE_SYSCALL_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/**
 * lxe__syscall - makes a system call
 * @number: SYS_... or LXE_NR_..., then up to six arguments, each as wide as a register
 *
 * Leaves errno alone. Return: what the kernel returns, which is a negative errno when it refuses.
 */
#define lxe__syscall(...) LXE__SYSCALL(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define LXE__SYSCALL(number, a, b, c, d, e, f, ...) \
    lxe__syscall_of_six(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#if defined(__x86_64__) && !defined(LXE_SYSCALL_BY_LIBC)
#define LXE__SYSCALL_INLINE

static inline long lxe__syscall_of_six(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "cc", "memory");
    return result;
}

#elif defined(__aarch64__) && defined(__LP64__) && !defined(__ARM_FEATURE_SVE) && !defined(LXE_SYSCALL_BY_LIBC)
#define LXE__SYSCALL_INLINE

static inline long lxe__syscall_of_six(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c,
                  x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "cc", "memory");
    return x0;
}

#elif defined(__riscv) && __riscv_xlen == 64 && !defined(__riscv_vector) && !defined(LXE_SYSCALL_BY_LIBC)
#define LXE__SYSCALL_INLINE

static inline long lxe__syscall_of_six(long number, long a, long b, long c, long d, long e, long f)
{
    register long a7 __asm__("a7") = number, a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c,
                  a3 __asm__("a3") = d, a4 __asm__("a4") = e, a5 __asm__("a5") = f;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
    return a0;
}

#else

static inline long lxe__syscall_of_six(long number, long a, long b, long c, long d, long e, long f)
{
    int former = errno;
    long result = syscall(number, a, b, c, d, e, f);
    if (result == -1) {
        result = -errno;
        errno = former;
    }
    return result;
}

#endif

#endif
