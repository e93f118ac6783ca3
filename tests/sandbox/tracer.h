/* SPDX-License-Identifier: MIT */
/**
 * A tracer that clears what an old kernel would ignore, and passes everything else through: births, execs, signals, stops
 * and ends are what they are without it. It keeps no record of what it traces. ptrace(2)
 *
 * What can't be hidden: the programs inside can't trace each other, and a child's end is seen a moment later.
 */
#ifndef TRACER_H
#define TRACER_H

#include "rules.h"

/**
 * tracer_run - runs a command inside
 * @list: the rules
 * @command: its name and arguments
 *
 * A SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 or SIGUSR2 from another process is sent on to the command. What the
 * command leaves behind ends with this process.
 *
 * Return: the command's wait status, or -1 with errno when it could not be traced.
 */
int tracer_run(const struct rule_list *list, char **command);

#endif
