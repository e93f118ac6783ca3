/* SPDX-License-Identifier: MIT */
/** A lock of one word: 0 free, 1 held, 2 held and perhaps waited for. Whoever takes it blocks all signals first. */
#ifndef LXE_LOCK_H
#define LXE_LOCK_H

#include "internal.h"

#include <linux/futex.h>
#include <stdatomic.h>

static inline void lxe__futex_wait(_Atomic uint32_t *word, uint32_t value)
{
    lxe__syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static inline void lxe__futex_wake(_Atomic uint32_t *word, uint32_t count)
{
    lxe__syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static inline void lxe__lock(_Atomic uint32_t *word)
{
    uint32_t state = 0;
    if (!atomic_compare_exchange_strong(word, &state, 1))
        while (atomic_exchange(word, 2) != 0)
            lxe__futex_wait(word, 2);
}

static inline void lxe__unlock(_Atomic uint32_t *word)
{
    if (atomic_exchange(word, 0) == 2)
        lxe__futex_wake(word, 1);
}

#endif
