namespace LinuxEvents.Benchmarks.Contests;

/// <summary>A chain on a selector that has thousands of other registrations, each with a wait that never ends.</summary>
internal sealed class IdleChain
{
    private readonly Chain _chain;

    public IdleChain(int idle)
    {
        Selector selector = new();
        for (int i = 0; i < idle; i++)
            _ = Wait(selector.Register(new EventFd().Handle, new RegistrationOptions { OwnsHandle = true }));
        _chain = new Chain(selector, 100, 100, TriggerMode.Level);
    }

    public long Run(TimeSpan span) => _chain.Run(span);

    private static async Task Wait(FdRegistration registration) => await registration.WaitAsync(PollEvents.Read);
}
