/* SPDX-License-Identifier: MIT */
/* What a library must do for the contest of timers; main.c does the rest. */
#pragma once
#include "../contest.h"
#include <stdint.h>

/* Gets ready for timers 0 to count-1, none of which is started. */
void timers_make(long count);

/* Starts a timer that is not started. */
void timers_start(long timer, int64_t delay);

/* Cancels a timer that is started. */
void timers_cancel(long timer);

/* Runs the loop until timers_stop. */
void timers_run(void);

/* By the library, in the loop: a timer has fired. Returns whether the loop is to end. */
int timers_fired(long timer);
