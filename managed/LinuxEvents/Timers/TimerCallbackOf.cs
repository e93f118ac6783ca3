namespace LinuxEvents;

/// <summary>A callback and its loop: one object for all timers that have both in common, as those do whose callback is a static lambda.</summary>
internal sealed class TimerCallbackOf(Selector selector, Action<object?> callback)
{
    public Selector Selector => selector;

    public Action<object?> Callback => callback;

    /// <summary>On the loop's thread.</summary>
    public void Invoke(object? state)
    {
        selector.Activity.Callback = callback;
        try
        {
            callback(state);
        }
        finally
        {
            selector.RestoreContext();
        }
    }
}
