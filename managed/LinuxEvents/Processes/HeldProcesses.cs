using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Processes that were found by their numbers, each held by a pidfd since, so that a signal meets it or nobody.</summary>
internal sealed class HeldProcesses : IDisposable
{
    private readonly List<(int Id, PidFd Descriptor)> _held = [];

    /// <exception cref="PlatformNotSupportedException">There are no pidfds to hold and to signal them by.</exception>
    public HeldProcesses()
    {
        foreach (uint feature in (ReadOnlySpan<uint>)[NativeMethods.LXE_FEATURE_PIDFD_OPEN, NativeMethods.LXE_FEATURE_PIDFD_SIGNAL])
        {
            if (!ProcessSupport.IsPresent(feature, out lxe_feature_info info))
                throw new PlatformNotSupportedException($"Processes found by their numbers can only be signalled by pidfd; {ProcessSupport.Explain(info)}.");
        }
    }

    public IEnumerable<int> Ids => _held.Select(held => held.Id);

    /// <summary>Takes hold of a process. Whether it is the one that was meant is to be asked after that.</summary>
    /// <returns><see langword="false"/> when it has ended.</returns>
    public bool TryAdd(int id)
    {
        try
        {
            _held.Add((id, PidFd.Open(id)));
            return true;
        }
        catch (LinuxEventsException e) when (e.Errno is Errno.ESRCH or Errno.EINVAL or Errno.ENOENT)
        {
            return false;
        }
    }

    /// <summary>Signals those for whom something holds.</summary>
    /// <returns><see langword="false"/> when there was nobody.</returns>
    /// <exception cref="LinuxEventsException">EPERM when none of those may be signalled.</exception>
    public bool Signal(LinuxSignal signal, Func<int, bool> predicate)
    {
        bool any = false;
        LinuxEventsException? refused = null;
        foreach ((int id, PidFd descriptor) in _held)
        {
            try
            {
                any |= predicate(id) && descriptor.Signal(signal);
            }
            catch (LinuxEventsException e) when (e.Errno == Errno.EPERM)
            {
                refused = e;
            }
        }

        return any || refused is null ? any : throw refused;
    }

    public void Dispose()
    {
        foreach ((_, PidFd descriptor) in _held)
            descriptor.Dispose();
    }
}
