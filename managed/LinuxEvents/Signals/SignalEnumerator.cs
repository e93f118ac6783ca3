using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>An enumeration of a subscription's signals, with the one wait that it needs.</summary>
internal sealed class SignalEnumerator(SignalSubscription subscription, CancellationToken cancellationToken)
    : SignalWait(subscription), IAsyncEnumerator<SignalInfo>, IValueTaskSource<bool>
{
    public SignalInfo Current { get; private set; }

    public ValueTask<bool> MoveNextAsync() => new(this, Start(cancellationToken));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        try
        {
            Current = GetResult(token);
            return true;
        }
        catch (ObjectDisposedException) when (Subscription.IsDisposed)
        {
            return false;
        }
    }

    protected override void Recycle()
    {
        // It stays with its enumeration.
    }
}
