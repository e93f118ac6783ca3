/* SPDX-License-Identifier: MIT */
/*
 * A contestant: a program that gets ready, says so, and then runs one round for each line that it is given, so that many
 * programs can take turns on one machine without starting anew. A line is the round's length in seconds; the answer
 * is the wall time and the processor time of an event in nanoseconds. A second thread is parked meanwhile, as in any .NET
 * process: with it the kernel takes references on descriptors, which costs up to a fifth.
 */
#pragma once
#include "bench.h"

/* Runs for about so many seconds. Returns how many events it served. */
typedef long contest_round(double seconds);

/* Returns what main is to return. */
int contest(contest_round *round);
