using System.Runtime.ExceptionServices;

namespace LinuxEvents;

/// <summary>Of several things that must all be done though some of them throw, keeps the first exception until all are.</summary>
internal struct FirstException
{
    private Exception? _thrown;

    /// <summary>Does one.</summary>
    public void Try(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // It goes on to the caller when all is done.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _thrown ??= e;
        }
    }

    /// <summary>When all is done.</summary>
    public readonly void ThrowIfAny()
    {
        if (_thrown is not null)
            ExceptionDispatchInfo.Throw(_thrown);
    }
}
