/* SPDX-License-Identifier: MIT */
#ifndef LINUXEVENTS_VERSION_H
#define LINUXEVENTS_VERSION_H

#include "base.h"

/* The version of these headers. The major number is also the number of the shared library. */
#define LXE_VERSION_MAJOR 1
#define LXE_VERSION_MINOR 0
#define LXE_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/**
 * lxe_version_get - the version of the library in use
 *
 * A program compiled with older headers works with any later library of the same major number.
 *
 * Return: major << 16 | minor << 8 | patch.
 */
LXE_API int32_t lxe_version_get(void);

#ifdef __cplusplus
}
#endif

#endif
