/* SPDX-License-Identifier: MIT */
/**
 * LinuxEvents: every kind of event as a file descriptor, behind one stable ABI.
 *
 * This is the header to include; it brings in one header per kernel object. The conventions that
 * hold for all of them are written once, in linuxevents/base.h.
 */
#ifndef LINUXEVENTS_H
#define LINUXEVENTS_H

#include "linuxevents/base.h"
#include "linuxevents/version.h"
#include "linuxevents/feature.h"
#include "linuxevents/fd.h"
#include "linuxevents/pty.h"
#include "linuxevents/epoll.h"
#include "linuxevents/eventfd.h"
#include "linuxevents/fork.h"
#include "linuxevents/timerfd.h"
#include "linuxevents/inotify.h"
#include "linuxevents/thread.h"
#include "linuxevents/signal.h"
#include "linuxevents/signalfd.h"
#include "linuxevents/relay.h"
#include "linuxevents/pidfd.h"
#include "linuxevents/spawn.h"
#include "linuxevents/reaper.h"

#endif
