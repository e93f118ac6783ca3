namespace LinuxEvents.Watchdog;

/// <summary>
/// Held while a process is started, so that the start leaves the watchdog as many descriptors as it takes to stop: .NET opens two for an
/// assembly first needed and two for a thread, such as the one on which it hears of SIGTERM, and ends the process where it can't.
/// </summary>
internal sealed class DescriptorReserve : IDisposable
{
    private const int Count = 24;

    private readonly Stack<EventFd> _held = new(Count);

    /// <exception cref="IOException">There are fewer.</exception>
    public DescriptorReserve()
    {
        try
        {
            while (_held.Count < Count) _held.Push(new EventFd());
        }
        catch (LinuxEventsException e)
        {
            Dispose();
            throw new IOException($"fewer than the {Count} descriptors that the watchdog keeps for itself are left: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        while (_held.TryPop(out EventFd? held)) held.Dispose();
    }
}
