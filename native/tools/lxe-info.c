/* SPDX-License-Identifier: MIT */
/* lxe-info: prints what this kernel, this sandbox and this build of the library can do. */
#include <linuxevents.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static const char *const states[] = {
    [LXE_FEATURE_MISSING] = "missing",
    [LXE_FEATURE_PRESENT] = "present",
    [LXE_FEATURE_DISABLED] = "disabled",
};

static void print_row(const struct lxe_feature_info *info)
{
    char since[16];
    snprintf(since, sizeof since, "%u.%u", info->kernel >> 16, info->kernel & 0xffff);
    printf("%-19s %-9s %-6s %s", info->name, states[info->state], since, info->substitute == NULL ? "-" : info->substitute);
    if (info->error != 0)
        printf("   [%s]", strerror(info->error));
    putchar('\n');
}

/* Nothing here needs escaping: the names are the library's own. */
static void print_member(const struct lxe_feature_info *info)
{
    printf("    {\"name\": \"%s\", \"state\": \"%s\", \"errno\": %d, \"since\": \"%u.%u\", \"substitute\": ", info->name,
           states[info->state], info->error, info->kernel >> 16, info->kernel & 0xffff);
    if (info->substitute == NULL)
        printf("null}");
    else
        printf("\"%s\"}", info->substitute);
}

/* Says which names in LINUXEVENTS_DISABLE the library passes over. */
static void warn_of_unknown_names(const struct lxe_feature_info *infos)
{
    const char *list = getenv("LINUXEVENTS_DISABLE");
    for (size_t length; list != NULL && *list != '\0'; list += length + (list[length] == ',')) {
        length = strcspn(list, ",");
        uint32_t feature = 0;
        while (feature < LXE_FEATURE_COUNT
               && (strlen(infos[feature].name) != length || strncmp(infos[feature].name, list, length) != 0))
            feature++;
        if (length != 0 && feature == LXE_FEATURE_COUNT)
            fprintf(stderr, "lxe-info: LINUXEVENTS_DISABLE names '%.*s', which is no feature\n", (int)length, list);
    }
}

int main(int argc, char **argv)
{
    int json = argc == 2 && strcmp(argv[1], "--json") == 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts("usage: lxe-info [--json]\n\nPrints which kernel features LinuxEvents finds here, since which Linux each exists,\n"
             "and what serves in place of those that are missing.");
        return 0;
    }
    if (argc > 1 && !json) {
        fprintf(stderr, "lxe-info: unknown argument '%s' (lxe-info --help tells more)\n", argv[argc - 1]);
        return 2;
    }
    struct lxe_feature_info infos[LXE_FEATURE_COUNT];
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        infos[feature] = (struct lxe_feature_info){.size = sizeof infos[feature]};
        int32_t result = lxe_feature_query(feature, &infos[feature]);
        if (result < 0) {
            fprintf(stderr, "lxe-info: can't look for feature %u: %s\n", feature, strerror(-result));
            return 1;
        }
    }
    warn_of_unknown_names(infos);
    struct utsname system;
    uname(&system);
    int32_t version = lxe_version_get();
    printf(json ? "{\n  \"library\": \"%d.%d.%d\",\n  \"kernel\": \"%s\",\n  \"machine\": \"%s\",\n  \"features\": [\n"
                : "LinuxEvents %d.%d.%d on Linux %s, %s\n\nfeature            state     since  otherwise\n",
           version >> 16, version >> 8 & 0xff, version & 0xff, system.release, system.machine);
    for (uint32_t feature = 0; feature < LXE_FEATURE_COUNT; feature++) {
        if (json) {
            print_member(&infos[feature]);
            puts(feature + 1 < LXE_FEATURE_COUNT ? "," : "");
        } else {
            print_row(&infos[feature]);
        }
    }
    if (json)
        puts("  ]\n}");
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "lxe-info: can't write: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
