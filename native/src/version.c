/* SPDX-License-Identifier: MIT */
#include "internal.h"

int32_t lxe_version_get(void)
{
    return LXE_VERSION_MAJOR << 16 | LXE_VERSION_MINOR << 8 | LXE_VERSION_PATCH;
}
