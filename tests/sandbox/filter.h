/* SPDX-License-Identifier: MIT */
/** Rules as a seccomp filter. seccomp(2) */
#ifndef FILTER_H
#define FILTER_H

#include "rules.h"

/**
 * filter_exec - lets the rules hold for this process and all that come of it, for good, and becomes a command
 * @list: the rules
 * @command: its name, searched for in PATH, and arguments
 *
 * What is to be cleared stops the process before the call (SECCOMP_RET_TRACE) with the rule's index as
 * message; without a tracer such a call gives ENOSYS. A program of another processor than ours is killed.
 *
 * Return: only on failure, having said why: the exit code, as shells have it.
 */
int filter_exec(const struct rule_list *list, char **command);

#endif
