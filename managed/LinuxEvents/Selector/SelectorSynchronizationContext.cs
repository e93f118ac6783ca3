using System.Runtime.ExceptionServices;

namespace LinuxEvents;

/// <summary>Brings continuations of tasks back to a selector's loop. Current on the loop's thread.</summary>
internal sealed class SelectorSynchronizationContext(Selector selector) : SynchronizationContext
{
    /// <summary>Queues the callback for the loop's next turn; once the selector has ended, for the thread pool, so that nothing is left hanging.</summary>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!selector.TryPost(new PostedCall(d, state)))
            base.Post(d, state);
    }

    /// <summary>Runs the callback on the loop and waits for it; on the loop's own thread simply runs it.</summary>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (selector.IsLoopThread)
        {
            d(state);
            return;
        }

        Exception? error = null;
        using var done = new ManualResetEventSlim();
        selector.Post(_ =>
        {
            try
            {
                d(state);
            }
#pragma warning disable CA1031 // Whatever it throws belongs to the caller.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
            }

            done.Set();
        }, null);
        done.Wait();
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    public override SynchronizationContext CreateCopy() => this;
}
