# SPDX-License-Identifier: MIT
"""Starts /bin/true and awaits its end by asyncio. See contest.h. usage: asyncio.py CHILDREN-AT-ONCE HEAP-MIB"""
import asyncio
import sys
import time

at_once, heap = int(sys.argv[1]), bytearray(int(sys.argv[2]) << 20)


async def play(seconds):
    end = time.monotonic() + seconds

    async def serve():
        served = 0
        while time.monotonic() < end:
            process = await asyncio.create_subprocess_exec("/bin/true")
            await process.wait()
            served += 1
        return served

    return sum(await asyncio.gather(*(serve() for _ in range(at_once))))


async def main():
    print("ready", flush=True)
    for line in sys.stdin:
        wall, cpu, served = time.monotonic_ns(), time.process_time_ns(), 0
        while served == 0:
            served = await play(float(line))
        print(f"{(time.monotonic_ns() - wall) / served:.2f} {(time.process_time_ns() - cpu) / served:.2f}", flush=True)


asyncio.run(main())
