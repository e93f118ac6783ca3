# SPDX-License-Identifier: MIT
"""Sends itself a signal and gets it by asyncio. See contest.h; signals.h for "flood"."""
import asyncio
import os
import signal
import sys
import time

SIGNAL, taken, arrived = signal.SIGRTMIN + 1, 0, None


def receive():
    global taken
    taken += 1
    if arrived is not None and not arrived.done():
        arrived.set_result(None)


async def flood(loop):
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ready", flush=True)
    while await lines.readline():
        print(taken, 0, 1, flush=True)


async def play(loop):
    global arrived
    print("ready", flush=True)
    for line in sys.stdin:
        wall, cpu, served, end = time.monotonic_ns(), time.process_time_ns(), 0, time.monotonic() + float(line)
        while served == 0 or time.monotonic() < end:
            arrived = loop.create_future()
            os.kill(os.getpid(), SIGNAL)
            await arrived
            served += 1
        print(f"{(time.monotonic_ns() - wall) / served:.2f} {(time.process_time_ns() - cpu) / served:.2f}", flush=True)


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(SIGNAL, receive)
    # That its pipe is full it would tell for each signal that it loses.
    signal.set_wakeup_fd(signal.set_wakeup_fd(-1), warn_on_full_buffer=False)
    await (flood if "flood" in sys.argv else play)(loop)


asyncio.run(main())
