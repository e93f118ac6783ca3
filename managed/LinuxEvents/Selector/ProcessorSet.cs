using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Processors on which a thread may run.</summary>
internal static class ProcessorSet
{
    /// <summary>More than any kernel is built for.</summary>
    private const int Limit = 65536;

    /// <summary>The set as the kernel takes it: a bit for each processor.</summary>
    public static ulong[] ToMask(IReadOnlyCollection<int> processors)
    {
        if (processors.Count == 0)
            throw new ArgumentException("Name one or more processors.", nameof(processors));
        if (processors.Any(static processor => processor is < 0 or >= Limit))
            throw new ArgumentOutOfRangeException(nameof(processors), string.Join(", ", processors), "There are no such processors.");
        ulong[] mask = new ulong[processors.Max() / 64 + 1];
        foreach (int processor in processors)
            mask[processor / 64] |= 1UL << (processor % 64);
        return mask;
    }

    /// <summary>Keeps the calling thread to a set.</summary>
    /// <exception cref="LinuxEventsException">None of them exists, or may be used by this process.</exception>
    public static unsafe void Enter(ulong[] mask)
    {
        int result;
        fixed (ulong* processors = mask)
            result = NativeMethods.lxe_thread_set_affinity(processors, (uint)mask.Length);
        if (result >= 0)
            return;
        var named = Enumerable.Range(0, mask.Length * 64).Where(processor => (mask[processor / 64] >> (processor % 64) & 1) != 0);
        string why = result == -Errno.EINVAL ? ", of which this process may use none," : "";
        LinuxEventsException.Throw(-result, "sched_setaffinity", $"processors {string.Join(", ", named)}{why}");
    }
}
