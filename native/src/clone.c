/* SPDX-License-Identifier: MIT */
/*
 * libc has clone, but no clone3. The child shares our memory, so it must not return through the frame of the caller, which is on
 * the parent's stack: it has the registers of the call, and two of them tell it what to do on its own stack.
 */
#include "clone.h"

#include <sched.h>

#ifdef LXE__SYSCALL_INLINE

static long begin(const struct lxe_uapi_clone_args *arguments, int (*function)(void *), void *argument)
{
#if defined(__x86_64__)
    register int (*r8)(void *) __asm__("r8") = function;
    register void *r9 __asm__("r9") = argument;
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 0f\n\t"
                     "xor %%ebp, %%ebp\n\t" /* the outermost frame */
                     "mov %%r9, %%rdi\n\t"
                     "call *%%r8\n\t"
                     "ud2\n"
                     "0:"
                     : "=a"(result)
                     : "a"((long)LXE_NR_CLONE3), "D"(arguments), "S"(sizeof *arguments), "r"(r8), "r"(r9)
                     : "rcx", "r11", "cc", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = LXE_NR_CLONE3, x0 __asm__("x0") = (long)arguments, x1 __asm__("x1") = sizeof *arguments;
    register int (*x2)(void *) __asm__("x2") = function;
    register void *x3 __asm__("x3") = argument;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 0f\n\t"
                     "mov x29, #0\n\t"
                     "mov x0, x3\n\t"
                     "blr x2\n\t"
                     "brk #1\n"
                     "0:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                     : "cc", "memory");
    return x0;
#else
    register long a7 __asm__("a7") = LXE_NR_CLONE3, a0 __asm__("a0") = (long)arguments, a1 __asm__("a1") = sizeof *arguments;
    register int (*a2)(void *) __asm__("a2") = function;
    register void *a3 __asm__("a3") = argument;
    __asm__ volatile("ecall\n\t"
                     "bnez a0, 0f\n\t"
                     "li s0, 0\n\t"
                     "mv a0, a3\n\t"
                     "jalr a2\n\t"
                     "ebreak\n"
                     "0:"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3)
                     : "memory");
    return a0;
#endif
}

#else

static long begin(const struct lxe_uapi_clone_args *arguments, int (*function)(void *), void *argument)
{
    (void)arguments, (void)function, (void)argument;
    return -ENOSYS;
}

#endif

int32_t lxe__clone(int (*function)(void *), void *argument, char *stack, uint64_t size, uint64_t flags, int32_t *parent_tid,
                   _Atomic int32_t *child_tid)
{
    if ((flags & LXE_UAPI_CLONE_CLEAR_SIGHAND) == 0)
        return lxe__result(clone(function, stack + size, (int)flags, argument, parent_tid, NULL, child_tid));
    const int has_pidfd = (flags & LXE_UAPI_CLONE_PIDFD) != 0; /* for clone the same argument */
    struct lxe_uapi_clone_args arguments = {
        .flags = flags & ~(uint64_t)CSIGNAL,
        .pidfd = has_pidfd ? (uintptr_t)parent_tid : 0,
        .parent_tid = has_pidfd ? 0 : (uintptr_t)parent_tid,
        .child_tid = (uintptr_t)child_tid,
        .exit_signal = flags & CSIGNAL,
        .stack = (uintptr_t)stack,
        .stack_size = size,
    };
    return (int32_t)begin(&arguments, function, argument);
}
