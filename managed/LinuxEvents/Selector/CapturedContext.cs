using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>What an awaiter asked to be taken along to its continuation, beyond the ordinary; and the one run of that where the awaiter wants it.</summary>
internal sealed class CapturedContext : IThreadPoolWorkItem
{
    private readonly Action<CapturedContext>? _scheduler;
    private IThreadPoolWorkItem? _item;

    private CapturedContext(ExecutionContext? execution, Action<CapturedContext>? scheduler)
    {
        Execution = execution;
        _scheduler = scheduler;
    }

    /// <summary>The execution context to run in; async methods bring their own and leave this <see langword="null"/>.</summary>
    public ExecutionContext? Execution { get; }

    /// <summary>Whether it says where to run, which else the source decides.</summary>
    public bool Schedules => _scheduler is not null;

    /// <summary>Captures what the flags ask for.</summary>
    /// <param name="flags">The awaiter's wishes.</param>
    /// <param name="schedule">Whether it is for the awaiter to say where to go on.</param>
    /// <returns><see langword="null"/> in the ordinary case.</returns>
    public static CapturedContext? Capture(ValueTaskSourceOnCompletedFlags flags, bool schedule)
    {
        ExecutionContext? execution = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? ExecutionContext.Capture() : null;
        Action<CapturedContext>? scheduler = null;
        if (schedule && (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0)
        {
            if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
                scheduler = To(context);
            else if (TaskScheduler.Current is var tasks && tasks != TaskScheduler.Default)
                scheduler = To(tasks);
        }

        return execution is null && scheduler is null ? null : new CapturedContext(execution, scheduler);
    }

    /// <summary>Has something run where the awaiter wants it, or on the thread pool if that refuses.</summary>
    /// <remarks>
    /// A context may refuse, for it belongs to a user interface that is gone, say: that is no fault of whoever completes. But one that throws may
    /// have run it at once, and then what it threw is the continuation's; or may have kept it to run it later. Who comes second finds nothing to run.
    /// </remarks>
    public void Schedule(IThreadPoolWorkItem item)
    {
        _item = item;
        try
        {
            _scheduler!(this);
        }
        catch (Exception) when (Volatile.Read(ref _item) is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Runs it, if nobody has.</summary>
    public void Execute() => Interlocked.Exchange(ref _item, null)?.Execute();

    // Apart, so that the closures are only made when they are needed.
    private static Action<CapturedContext> To(SynchronizationContext context) =>
        self => context.Post(static self => ((CapturedContext)self!).Execute(), self);

    private static Action<CapturedContext> To(TaskScheduler tasks) => self => Task.Factory.StartNew(
        static self => ((CapturedContext)self!).Execute(), self, CancellationToken.None, TaskCreationOptions.DenyChildAttach, tasks);
}
