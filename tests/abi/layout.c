/* SPDX-License-Identifier: MIT */
/*
 * The layout of every structure that programs share with the library, in bytes. Nothing is run: whatever differs does
 * not compile. A structure that begins with its size may grow at its end; its new members then belong here, too.
 */
#include <linuxevents.h>

#include <stddef.h>

#define FIXED(structure, bytes) _Static_assert(sizeof(struct structure) == (bytes), "the size of struct " #structure)
#define GROWS(structure, bytes) _Static_assert(sizeof(struct structure) >= (bytes), "struct " #structure " shrank")
#define MEMBER(structure, member, offset, bytes) \
    _Static_assert(offsetof(struct structure, member) == (offset) && \
                   sizeof(((struct structure *)0)->member) == (bytes), #structure "." #member)

FIXED(lxe_epoll_event, 16);
MEMBER(lxe_epoll_event, events, 0, 4);
MEMBER(lxe_epoll_event, reserved, 4, 4);
MEMBER(lxe_epoll_event, data, 8, 8);

GROWS(lxe_epoll_params, 12);
MEMBER(lxe_epoll_params, size, 0, 4);
MEMBER(lxe_epoll_params, busy_poll_usecs, 4, 4);
MEMBER(lxe_epoll_params, busy_poll_budget, 8, 2);
MEMBER(lxe_epoll_params, prefer_busy_poll, 10, 1);
MEMBER(lxe_epoll_params, reserved, 11, 1);

FIXED(lxe_fd_vector, 2 * sizeof(void *));
MEMBER(lxe_fd_vector, buffer, 0, sizeof(void *));
MEMBER(lxe_fd_vector, length, sizeof(void *), sizeof(void *));

FIXED(lxe_timerfd_setting, 16);
MEMBER(lxe_timerfd_setting, value, 0, 8);
MEMBER(lxe_timerfd_setting, interval, 8, 8);

FIXED(lxe_inotify_event, 16);
MEMBER(lxe_inotify_event, watch, 0, 4);
MEMBER(lxe_inotify_event, mask, 4, 4);
MEMBER(lxe_inotify_event, cookie, 8, 4);
MEMBER(lxe_inotify_event, name_length, 12, 4);

FIXED(lxe_signal_info, 128);
MEMBER(lxe_signal_info, signal, 0, 4);
MEMBER(lxe_signal_info, error, 4, 4);
MEMBER(lxe_signal_info, code, 8, 4);
MEMBER(lxe_signal_info, pid, 12, 4);
MEMBER(lxe_signal_info, uid, 16, 4);
MEMBER(lxe_signal_info, fd, 20, 4);
MEMBER(lxe_signal_info, timer_id, 24, 4);
MEMBER(lxe_signal_info, band, 28, 4);
MEMBER(lxe_signal_info, overrun, 32, 4);
MEMBER(lxe_signal_info, trap, 36, 4);
MEMBER(lxe_signal_info, status, 40, 4);
MEMBER(lxe_signal_info, value_int, 44, 4);
MEMBER(lxe_signal_info, value_ptr, 48, 8);
MEMBER(lxe_signal_info, user_time, 56, 8);
MEMBER(lxe_signal_info, system_time, 64, 8);
MEMBER(lxe_signal_info, address, 72, 8);
MEMBER(lxe_signal_info, address_lsb, 80, 2);
MEMBER(lxe_signal_info, reserved0, 82, 2);
MEMBER(lxe_signal_info, syscall_number, 84, 4);
MEMBER(lxe_signal_info, call_address, 88, 8);
MEMBER(lxe_signal_info, arch, 96, 4);
MEMBER(lxe_signal_info, reserved1, 100, 4);
MEMBER(lxe_signal_info, reserved2, 104, 8);
MEMBER(lxe_signal_info, reserved3, 112, 8);
MEMBER(lxe_signal_info, reserved4, 120, 8);

FIXED(lxe_spawn_fd, 8);
MEMBER(lxe_spawn_fd, source, 0, 4);
MEMBER(lxe_spawn_fd, target, 4, 4);

FIXED(lxe_spawn_limit, 24);
MEMBER(lxe_spawn_limit, resource, 0, 4);
MEMBER(lxe_spawn_limit, reserved, 4, 4);
MEMBER(lxe_spawn_limit, soft, 8, 8);
MEMBER(lxe_spawn_limit, hard, 16, 8);

GROWS(lxe_pidfd_status, 48);
MEMBER(lxe_pidfd_status, size, 0, 4);
MEMBER(lxe_pidfd_status, pid, 4, 4);
MEMBER(lxe_pidfd_status, uid, 8, 4);
MEMBER(lxe_pidfd_status, code, 12, 4);
MEMBER(lxe_pidfd_status, status, 16, 4);
MEMBER(lxe_pidfd_status, reserved, 20, 4);
MEMBER(lxe_pidfd_status, user_time, 24, 8);
MEMBER(lxe_pidfd_status, system_time, 32, 8);
MEMBER(lxe_pidfd_status, max_rss, 40, 8);

GROWS(lxe_pidfd_info, 64);
MEMBER(lxe_pidfd_info, size, 0, 4);
MEMBER(lxe_pidfd_info, valid, 4, 4);
MEMBER(lxe_pidfd_info, pid, 8, 4);
MEMBER(lxe_pidfd_info, tgid, 12, 4);
MEMBER(lxe_pidfd_info, ppid, 16, 4);
MEMBER(lxe_pidfd_info, ruid, 20, 4);
MEMBER(lxe_pidfd_info, rgid, 24, 4);
MEMBER(lxe_pidfd_info, euid, 28, 4);
MEMBER(lxe_pidfd_info, egid, 32, 4);
MEMBER(lxe_pidfd_info, suid, 36, 4);
MEMBER(lxe_pidfd_info, sgid, 40, 4);
MEMBER(lxe_pidfd_info, fsuid, 44, 4);
MEMBER(lxe_pidfd_info, fsgid, 48, 4);
MEMBER(lxe_pidfd_info, wait_status, 52, 4);
MEMBER(lxe_pidfd_info, cgroup_id, 56, 8);

GROWS(lxe_spawn_result, 20);
MEMBER(lxe_spawn_result, size, 0, 4);
MEMBER(lxe_spawn_result, pid, 4, 4);
MEMBER(lxe_spawn_result, pidfd, 8, 4);
MEMBER(lxe_spawn_result, step, 12, 4);
MEMBER(lxe_spawn_result, index, 16, 4);

GROWS(lxe_reaper_child, 24);
MEMBER(lxe_reaper_child, size, 0, 4);
MEMBER(lxe_reaper_child, pid, 4, 4);
MEMBER(lxe_reaper_child, child, 8, 8);
MEMBER(lxe_reaper_child, step, 16, 4);
MEMBER(lxe_reaper_child, index, 20, 4);

/* These have pointers, of either size, and no padding at the end, which what they grow by would lie in. */
#define BY_POINTER(of_64_bits, of_32_bits) (sizeof(void *) == 8 ? (of_64_bits) : (of_32_bits))

GROWS(lxe_feature_info, BY_POINTER(32, 24));
MEMBER(lxe_feature_info, size, 0, 4);
MEMBER(lxe_feature_info, state, 4, 4);
MEMBER(lxe_feature_info, error, 8, 4);
MEMBER(lxe_feature_info, kernel, 12, 4);
MEMBER(lxe_feature_info, name, 16, sizeof(void *));
MEMBER(lxe_feature_info, substitute, BY_POINTER(24, 20), sizeof(void *));

GROWS(lxe_spawn_options, BY_POINTER(144, 112));
MEMBER(lxe_spawn_options, size, 0, 4);
MEMBER(lxe_spawn_options, flags, 4, 4);
MEMBER(lxe_spawn_options, signal_mask, 8, 8);
MEMBER(lxe_spawn_options, signal_keep_ignored, 16, 8);
MEMBER(lxe_spawn_options, path, 24, sizeof(void *));
MEMBER(lxe_spawn_options, arguments, BY_POINTER(32, 28), sizeof(void *));
MEMBER(lxe_spawn_options, environment, BY_POINTER(40, 32), sizeof(void *));
MEMBER(lxe_spawn_options, working_directory, BY_POINTER(48, 36), sizeof(void *));
MEMBER(lxe_spawn_options, fds, BY_POINTER(56, 40), sizeof(void *));
MEMBER(lxe_spawn_options, fd_count, BY_POINTER(64, 44), 4);
MEMBER(lxe_spawn_options, process_group, BY_POINTER(68, 48), 4);
MEMBER(lxe_spawn_options, terminal, BY_POINTER(72, 52), 4);
MEMBER(lxe_spawn_options, directory, BY_POINTER(76, 56), 4);
MEMBER(lxe_spawn_options, cgroup, BY_POINTER(80, 60), 4);
MEMBER(lxe_spawn_options, umask, BY_POINTER(84, 64), 4);
MEMBER(lxe_spawn_options, nice, BY_POINTER(88, 68), 4);
MEMBER(lxe_spawn_options, uid, BY_POINTER(92, 72), 4);
MEMBER(lxe_spawn_options, gid, BY_POINTER(96, 76), 4);
MEMBER(lxe_spawn_options, parent_death_signal, BY_POINTER(100, 80), 4);
MEMBER(lxe_spawn_options, groups, BY_POINTER(104, 84), sizeof(void *));
MEMBER(lxe_spawn_options, limits, BY_POINTER(112, 88), sizeof(void *));
MEMBER(lxe_spawn_options, affinity, BY_POINTER(120, 92), sizeof(void *));
MEMBER(lxe_spawn_options, group_count, BY_POINTER(128, 96), 4);
MEMBER(lxe_spawn_options, limit_count, BY_POINTER(132, 100), 4);
MEMBER(lxe_spawn_options, affinity_count, BY_POINTER(136, 104), 4);
MEMBER(lxe_spawn_options, reserved, BY_POINTER(140, 108), 4);
