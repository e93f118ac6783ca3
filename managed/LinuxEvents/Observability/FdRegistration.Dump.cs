using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>What can be seen of a registration from outside.</content>
public sealed partial class FdRegistration
{
    string IRegistered.DumpState()
    {
        _gate.Enter();
        uint armed = _armed;
        PollEvents ready = _ready, wanted = PollEvents.None;
        int waits = _waits.Count;
        for (WaitOperation? wait = _waits.First; wait is not null; wait = wait.Next)
            wanted |= wait.Interest;
        _gate.Exit();

        string kernel = _alwaysReady ? "always ready"
            : IsRateLimited ? "paused by its rate limit"
            : _edgeTriggered ? $"edge-triggered, ready for {ready}, sequence {Sequence}"
            : $"{(_oneShot ? "one-shot" : "level-triggered")}, {(armed == Parked ? "parked" : $"armed for {(PollEvents)(armed & ~(NativeMethods.LXE_EPOLL_ONESHOT | NativeMethods.LXE_EPOLL_ET))}")}";
        return waits == 0 ? $"{this}: {kernel}" : $"{this}: {kernel}; {waits} waiting for {wanted}";
    }
}
