namespace LinuxEvents;

/// <summary>One of the things that <see cref="Selector.WaitAnyAsync"/> waits for.</summary>
/// <param name="Registration">A registration with that selector.</param>
/// <param name="Interest">What to wait for; <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> are always included.</param>
public readonly record struct WaitTarget(FdRegistration Registration, PollEvents Interest);
