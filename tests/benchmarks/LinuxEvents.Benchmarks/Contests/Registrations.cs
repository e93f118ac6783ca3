using System.Diagnostics;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Registers and removes eventfds, as native/register does.</summary>
internal sealed class Registrations(TriggerMode trigger)
{
    private readonly Selector _selector = new();
    private readonly RegistrationOptions _options = new() { Trigger = trigger };
    private readonly SafeEventFdHandle[] _handles = [.. Enumerable.Range(0, 100).Select(static _ => new EventFd().Handle)];
    private readonly FdRegistration[] _registrations = new FdRegistration[100];

    public long Run(TimeSpan span)
    {
        long served = 0, start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < span; served += _handles.Length)
        {
            for (int i = 0; i < _handles.Length; i++)
                _registrations[i] = _selector.Register(_handles[i], _options);
            foreach (FdRegistration registration in _registrations)
                registration.Dispose();
        }

        return served;
    }
}
