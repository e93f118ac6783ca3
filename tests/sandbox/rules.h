/* SPDX-License-Identifier: MIT */
/** What can be taken away from a program: the table, and the list that the command line makes of it. */
#ifndef RULES_H
#define RULES_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL(major, minor) ((uint32_t)(major) << 16 | (uint32_t)(minor))

/** Holds for a call where (argument & mask) == value, or, with `unless`, where it is not. All zeros: for each call. */
struct condition {
    unsigned argument;
    uint32_t mask; /* the low half of an argument is enough for all there is */
    uint32_t value;
    int unless;
};

/** Bits that an old kernel ignores: cleared before the kernel sees them. */
struct clearance {
    uint32_t bits; /* 0: nothing is cleared, the call is refused */
    unsigned argument;
    int in_memory; /* the argument points to the word that holds the bits */
};

struct rule {
    const char *name;
    uint32_t since; /* the first kernel that has it */
    uint32_t from;  /* the first kernel where taking it away makes a difference: that with the call; 0 for all */
    int number;     /* of the system call */
    struct condition condition;
    int error; /* the answer of a kernel without it */
    struct clearance clearance;
};

/** The rules that hold, the first that fits decides; each with the errno value of its answer, or KILL. */
struct rule_list {
    struct {
        struct rule rule;
        int error;
    } entries[64];
    unsigned count;
};

#define KILL (-1)

/** Adds what a kernel of this version lacks. */
void rules_of_kernel(struct rule_list *list, uint32_t version);

/**
 * rules_of_name - adds a feature of the library, or another name of the table, or a system call
 * @error: an errno value, KILL, or 0 for what a kernel without it does
 *
 * Return: 0, or -1 when there is no such name or no room.
 */
int rules_of_name(struct rule_list *list, const char *name, size_t length, int error);

/** The names in the table, NULL past the last. */
const char *rules_name(unsigned index);

/** Whether something is cleared, which needs a tracer. */
int rules_need_tracer(const struct rule_list *list);

#endif
