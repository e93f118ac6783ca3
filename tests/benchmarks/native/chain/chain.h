/* SPDX-License-Identifier: MIT */
/*
 * The classic chain: a byte goes from socket pair to socket pair, so many of them at a time, and each arrival is an event.
 * main.c makes the pairs and starts the bytes; one file for each event library watches the reading ends.
 * usage: bench-chain-LIBRARY PAIRS ACTIVE [edge]
 */
#pragma once
#include "../contest.h"
#include <stdbool.h>

extern int chain_count;
extern bool chain_edge;

/* The reading end of a pair. */
int chain_reader(int index);

/* A reading end is ready: takes one byte, or, edge-triggered, what is there, and passes it on. */
void chain_pass(int index);

/* Each library's own: watches all reading ends, and runs its loop for a time, measured by a timer of that loop. */
void chain_watch(void);
void chain_run(double seconds);
