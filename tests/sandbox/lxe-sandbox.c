/* SPDX-License-Identifier: MIT */
/* lxe-sandbox: runs a command as if the kernel were older, or in a sandbox that forbids what is new. */
#include "filter.h"
#include "tracer.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void print_help(void)
{
    printf("usage: lxe-sandbox [--kernel VERSION] [--deny NAME,... [--errno ERROR]] [--container] -- COMMAND [ARGUMENTS...]\n\n"
           "Runs a command and all it starts without what it is told, by a seccomp filter, and ends as the command does.\n\n"
           "  --kernel VERSION  what a kernel of that version lacks, such as 4.18\n"
           "  --deny NAME,...   features of the library and system calls; others:");
    for (unsigned i = 0; rules_name(i) != NULL; i++)
        if (i == 0 || strcmp(rules_name(i), rules_name(i - 1)) != 0)
            printf("%s%s", i % 5 == 0 ? "\n                    " : " ", rules_name(i));
    printf("\n  --errno ERROR     how they are refused: ENOSYS, EPERM, EACCES, EOPNOTSUPP, EINVAL, or by KILL (SIGSYS);\n"
           "                    without it they do what they do on a kernel that lacks them\n"
           "  --container       pidfd_open, pidfd_send_signal and epoll_pwait2 give EPERM, clone3 ENOSYS\n");
}

static _Noreturn void refuse(const char *what, const char *value)
{
    fprintf(stderr, "lxe-sandbox: %s '%s' (lxe-sandbox --help tells more)\n", what, value);
    exit(125);
}

static uint32_t take_version(const char *text)
{
    unsigned major, minor;
    char rest;
    if (sscanf(text, "%u.%u%c", &major, &minor, &rest) != 2 || major > 0xffff || minor > 0xffff)
        refuse("not a kernel's version:", text);
    return KERNEL(major, minor);
}

static int take_error(const char *text)
{
    static const struct {
        const char *name;
        int value;
    } errors[] = {{"ENOSYS", ENOSYS}, {"EPERM", EPERM}, {"EACCES", EACCES}, {"EOPNOTSUPP", EOPNOTSUPP}, {"EINVAL", EINVAL}, {"KILL", KILL}};
    for (unsigned i = 0; i < sizeof errors / sizeof *errors; i++)
        if (strcmp(text, errors[i].name) == 0)
            return errors[i].value;
    refuse("no way to refuse:", text);
}

static void deny(struct rule_list *list, const char *names, int error)
{
    while (*names != '\0') {
        size_t length = strcspn(names, ",");
        if (rules_of_name(list, names, length, error) < 0)
            refuse("no such feature or system call in", names);
        names += length + (names[length] == ',');
    }
}

static void take_options(struct rule_list *list, int argc, char **argv)
{
    static const struct option known[] = {
        {"kernel", required_argument, NULL, 'k'}, {"deny", required_argument, NULL, 'd'}, {"errno", required_argument, NULL, 'e'},
        {"container", no_argument, NULL, 'c'},    {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
    };
    const char *names = "";
    uint32_t version = UINT32_MAX;
    int error = 0, is_container = 0;
    for (int option; (option = getopt_long(argc, argv, "+", known, NULL)) != -1;) {
        switch (option) {
        case 'k':
            version = take_version(optarg);
            break;
        case 'd':
            names = optarg;
            break;
        case 'e':
            error = take_error(optarg);
            break;
        case 'c':
            is_container = 1;
            break;
        case 'h':
            print_help();
            exit(0);
        default:
            exit(125);
        }
    }
    deny(list, names, error);
    if (is_container) {
        deny(list, "pidfd_open,pidfd_signal,epoll_pwait2", EPERM);
        deny(list, "clone3", ENOSYS); /* with any other answer C libraries can't start a thread: sandboxes have learnt that */
    }
    rules_of_kernel(list, version);
}

/* Ends as the command did. */
static _Noreturn void end_as(int status)
{
    if (WIFEXITED(status))
        exit(WEXITSTATUS(status));
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* the command has dumped its core, if any */
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    exit(128 + WTERMSIG(status));
}

int main(int argc, char **argv)
{
    struct rule_list list = {.count = 0};
    take_options(&list, argc, argv);
    char **command = argv + optind;
    if (command[0] == NULL)
        refuse("no command after", argv[argc - 1]);
    if (!rules_need_tracer(&list))
        return filter_exec(&list, command);
    int status = tracer_run(&list, command);
    if (status < 0) {
        fprintf(stderr, "lxe-sandbox: can't trace %s: %s\n", command[0], strerror(errno));
        return 125;
    }
    end_as(status);
}
