/* SPDX-License-Identifier: MIT */
#include "check.h"

static void test_library_and_headers_agree(void)
{
    CHECK_EQ(lxe_version_get(), LXE_VERSION_MAJOR << 16 | LXE_VERSION_MINOR << 8 | LXE_VERSION_PATCH);
}

int main(void)
{
    RUN(test_library_and_headers_agree);
    return 0;
}
