using System.Threading.Tasks.Sources;

namespace LinuxEvents;

/// <summary>What an awaiter asked to be taken along to its continuation, beyond the ordinary.</summary>
internal sealed class CapturedContext
{
    private CapturedContext(ExecutionContext? execution, Action<IThreadPoolWorkItem>? scheduler)
    {
        Execution = execution;
        Scheduler = scheduler;
    }

    /// <summary>The execution context to run in; async methods bring their own and leave this <see langword="null"/>.</summary>
    public ExecutionContext? Execution { get; }

    /// <summary>Where to run, if not where the source decides.</summary>
    public Action<IThreadPoolWorkItem>? Scheduler { get; }

    /// <summary>Captures what the flags ask for.</summary>
    /// <param name="flags">The awaiter's wishes.</param>
    /// <param name="schedule">Whether it is for the awaiter to say where to go on.</param>
    /// <returns><see langword="null"/> in the ordinary case.</returns>
    public static CapturedContext? Capture(ValueTaskSourceOnCompletedFlags flags, bool schedule)
    {
        ExecutionContext? execution = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext) != 0 ? ExecutionContext.Capture() : null;
        Action<IThreadPoolWorkItem>? scheduler = null;
        if (schedule && (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0)
        {
            if (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext))
                scheduler = To(context);
            else if (TaskScheduler.Current is var tasks && tasks != TaskScheduler.Default)
                scheduler = To(tasks);
        }

        return execution is null && scheduler is null ? null : new CapturedContext(execution, scheduler);
    }

    // Apart, so that the closures are only made when they are needed.
    private static Action<IThreadPoolWorkItem> To(SynchronizationContext context) =>
        item => context.Post(static state => ((IThreadPoolWorkItem)state!).Execute(), item);

    private static Action<IThreadPoolWorkItem> To(TaskScheduler tasks) => item => Task.Factory.StartNew(
        static state => ((IThreadPoolWorkItem)state!).Execute(), item, CancellationToken.None, TaskCreationOptions.DenyChildAttach, tasks);
}
