/* SPDX-License-Identifier: MIT */
/**
 * Conventions of every function in this library. A function's own comment states only what differs.
 *
 * Results: an int32_t. Zero or above is the result; below zero is a negated errno value, so that
 * -EINVAL is returned where a system call would give -1 with errno set to EINVAL. Callers never read
 * errno; it may have changed.
 *
 * Kernel semantics are kept exactly. Nothing is clamped, masked or retried: a call that a signal
 * interrupts gives -EINTR, and a NULL pointer where memory is needed gives -EFAULT.
 *
 * Times are int64_t nanoseconds. Deadlines are absolute, on CLOCK_MONOTONIC.
 *
 * Signal sets are uint64_t masks in which bit n-1 stands for signal n.
 *
 * Descriptors are close-on-exec unless LXE_INHERIT is passed. A function never closes or keeps a
 * descriptor of its caller unless its name ends in _take.
 *
 * Structures that may grow begin with `uint32_t size`, which the caller sets to sizeof the structure it
 * was compiled with. A smaller structure than the library knows is filled up with zeros; a larger one is
 * accepted as long as what the library does not know is zero, and is -E2BIG otherwise. For a
 * structure that only returns something, the library writes as many bytes as both sides know.
 *
 * Threads: every function may be called by any thread at any time. Unless its comment says otherwise it
 * is async-signal-safe (a handler should save errno), does not block, allocates nothing, and works on
 * every kernel since 3.10.
 */
#ifndef LINUXEVENTS_BASE_H
#define LINUXEVENTS_BASE_H

#include <stdint.h>

/** Marks a function that the library exports. */
#define LXE_API __attribute__((visibility("default")))

/** Flag of every function that makes a descriptor: it survives execve (no close-on-exec). */
#define LXE_INHERIT 0x1u

/** Flag of every function that makes a descriptor: reading and writing it never block (O_NONBLOCK). */
#define LXE_NONBLOCK 0x2u

/** A deadline that never comes. */
#define LXE_NO_DEADLINE 0x7fffffffffffffffLL

#endif
