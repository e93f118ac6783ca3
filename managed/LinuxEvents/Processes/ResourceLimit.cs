namespace LinuxEvents;

/// <summary>How much of something a process may use. getrlimit(2)</summary>
public readonly record struct ResourceLimit
{
    /// <summary>No limit (RLIM_INFINITY).</summary>
    public const ulong Unlimited = ulong.MaxValue;

    /// <summary>Sets both limits.</summary>
    /// <param name="soft">What holds, in the unit of the <see cref="ResourceKind"/>, or <see cref="Unlimited"/>.</param>
    /// <param name="hard">How far the process may raise <paramref name="soft"/> by itself. More than this process has needs CAP_SYS_RESOURCE.</param>
    /// <exception cref="ArgumentException"><paramref name="soft"/> is above <paramref name="hard"/>.</exception>
    public ResourceLimit(ulong soft, ulong hard)
    {
        if (soft > hard)
            throw new ArgumentException($"The soft limit, {soft}, is above the hard one, {hard}.", nameof(soft));
        Soft = soft;
        Hard = hard;
    }

    /// <summary>Sets both limits to the same.</summary>
    /// <param name="limit">What holds, in the unit of the <see cref="ResourceKind"/>, or <see cref="Unlimited"/>.</param>
    public ResourceLimit(ulong limit)
        : this(limit, limit)
    {
    }

    /// <summary>What holds.</summary>
    public ulong Soft { get; }

    /// <summary>How far the process may raise it.</summary>
    public ulong Hard { get; }
}
