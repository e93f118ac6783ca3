/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#else
#error "which AUDIT_ARCH_ is this processor's?"
#endif

#define KILL_PROCESS 0x80000000u /* what old headers lack; Linux 4.14, before it the thread is killed */

/* A rule is the longest piece of code: at most seven instructions. */
struct code {
    struct sock_filter instructions[8 + 7 * sizeof(((struct rule_list *)0)->entries) / sizeof(*((struct rule_list *)0)->entries)];
    unsigned short length;
};

static void emit(struct code *code, struct sock_filter instruction)
{
    code->instructions[code->length++] = instruction;
}

static void load(struct code *code, size_t offset)
{
    emit(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* Goes on where the value loaded equals, and otherwise skips so many instructions. */
static void skip_unless(struct code *code, uint32_t value, uint8_t count)
{
    emit(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count));
}

static void answer(struct code *code, uint32_t action)
{
    emit(code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void emit_rule(struct code *code, const struct rule *rule, uint32_t action)
{
    const struct condition *condition = &rule->condition;
    size_t low_half = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;
    uint8_t skipped = condition->unless ? 1 : 0;
    load(code, offsetof(struct seccomp_data, nr));
    skip_unless(code, (uint32_t)rule->number, 4);
    load(code, offsetof(struct seccomp_data, args) + 8 * condition->argument + low_half);
    emit(code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, condition->mask));
    emit(code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, condition->value, skipped, (uint8_t)!skipped));
    answer(code, action);
}

static int apply(const struct rule_list *list)
{
    struct code code = {.length = 0};
    load(&code, offsetof(struct seccomp_data, arch));
    skip_unless(&code, ARCHITECTURE, 1);
    emit(&code, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0));
    answer(&code, KILL_PROCESS);
    for (unsigned i = 0; i < list->count; i++) {
        const struct rule *rule = &list->entries[i].rule;
        emit_rule(&code, rule,
                  rule->clearance.bits != 0          ? SECCOMP_RET_TRACE | i
                  : list->entries[i].error == KILL ? KILL_PROCESS
                                                     : SECCOMP_RET_ERRNO | (uint32_t)list->entries[i].error);
    }
    answer(&code, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {.len = code.length, .filter = code.instructions};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

int filter_exec(const struct rule_list *list, char **command)
{
    if (apply(list) < 0) {
        fprintf(stderr, "lxe-sandbox: no seccomp filter can be installed here: %s\n", strerror(errno));
        return 125;
    }
    execvp(command[0], command);
    fprintf(stderr, "lxe-sandbox: can't run %s: %s\n", command[0], strerror(errno));
    return errno == ENOENT ? 127 : 126;
}
