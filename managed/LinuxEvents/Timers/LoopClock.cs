namespace LinuxEvents;

/// <summary>Where a loop's time comes from, and what rings when a due time is reached.</summary>
internal abstract class LoopClock : IDisposable
{
    /// <summary>Now, in nanoseconds that never go back.</summary>
    public abstract long Now { get; }

    /// <summary>
    /// Rings (<see cref="Selector.OnClockRang"/>) at that time or, if it is past, at once. Replaces the former time. Called under
    /// the timer queue's gate: it must not block nor call back.
    /// </summary>
    public abstract void Arm(long due);

    /// <summary>Whether any thread may arm it. If not, the loop does, outside the gate, and is woken to do so.</summary>
    public virtual bool ArmsAnywhere => true;

    /// <summary>Where only the loop may arm the clock: has it look when to ring. Under the timer queue's gate.</summary>
    public virtual void WakeLoop()
    {
    }

    /// <summary>Takes the report that the clock was set, if there is one. By the loop, when the clock has rung.</summary>
    public virtual bool TakeChange() => false;

    /// <summary>How long it is until a time, rounded up.</summary>
    public TimeSpan TimeUntil(long due)
    {
        long left = Math.Max(due - Now, 0);
        return new TimeSpan(left / TimeSpan.NanosecondsPerTick + (left % TimeSpan.NanosecondsPerTick == 0 ? 0 : 1));
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
