namespace LinuxEvents;

/// <summary>What ended a <see cref="Selector.WaitAnyAsync"/>.</summary>
/// <param name="Index">Which of the targets, -1 when the time has passed.</param>
/// <param name="Registration">The target's registration, or <see langword="null"/>.</param>
/// <param name="Events">What it is ready for, of that which was asked.</param>
public readonly record struct WaitAnyResult(int Index, FdRegistration? Registration, PollEvents Events);
