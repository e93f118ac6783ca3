/* SPDX-License-Identifier: MIT */
/** What the tests of features share. A state is remembered for the life of a process: each test runs in a child, and this process never asks. */
#ifndef FEATURE_CHECK_H
#define FEATURE_CHECK_H

#include "check.h"

static struct lxe_feature_info info;

static inline int32_t query(uint32_t feature)
{
    memset(&info, 0xee, sizeof info);
    info.size = sizeof info;
    return lxe_feature_query(feature, &info);
}

static inline void in_child(int (*function)(void *), void *argument)
{
    CHECK_EQ(reap_child(start_child(function, argument)), 0);
}

#endif
