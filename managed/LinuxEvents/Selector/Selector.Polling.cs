using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <content>A selector inside another loop.</content>
/// <remarks>
/// The epoll set is readable when a descriptor, the timerfd or the eventfd in it has something to report; what the loop knows without the kernel
/// (posts, a batch that is half served, timers that nobody has armed the clock for) must be brought there when a drive ends. So a selector
/// whose <see cref="PollHandle"/> was asked for never rests without that: it declares itself asleep, so that the next post writes to the eventfd, or,
/// where something is left to do, writes there itself. Both edges stay in the set's ready list until the next RunOnce collects them. Who asks for the
/// handle, and who ends a drive, do so under _lifetime: either the drive's end sees the mark, or the asker finds nobody driving and
/// does it himself.
/// </remarks>
public sealed partial class Selector
{
    private bool _pollable;

    /// <summary>
    /// A descriptor that is readable while <see cref="RunOnce"/> with a timeout of zero has something to do: for another loop, which then calls
    /// that. The other loop may be another selector's. It belongs to the selector; only poll it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The selector has a thread of its own.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public SafeHandle PollHandle
    {
        get
        {
            if (_thread is not null)
                throw new InvalidOperationException($"The selector {Name} has a thread of its own, which does what there is to do.");
            lock (_lifetime)
            {
                if (_closing)
                    throw Ended();
                bool first = !_pollable;
                _pollable = true;
                if (first && !_driven)
                    Rest();
            }

            return _epoll;
        }
    }

    /// <summary>Nobody drives from now on: sees to it that the set shows what there is to do.</summary>
    private void Rest()
    {
        ArmClocks();
        if (!_posts.TrySleep() || Volatile.Read(ref _rang) != 0 || _unserved)
            Wake();
    }
}
