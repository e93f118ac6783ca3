namespace LinuxEvents;

/// <summary>Runs tasks on a selector's loop, one a time, in the order of their queueing.</summary>
internal sealed class SelectorTaskScheduler : TaskScheduler
{
    private readonly Selector _selector;
    private readonly Action<object?> _execute;

    public SelectorTaskScheduler(Selector selector)
    {
        _selector = selector;
        _execute = task => TryExecuteTask((Task)task!);
    }

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Once the selector has ended, a task goes to the thread pool, so that nothing is left hanging.</summary>
    protected override void QueueTask(Task task)
    {
        if (!_selector.TryPost(new PostedCall(_execute, task)))
            ThreadPool.UnsafeQueueUserWorkItem(_execute, task, preferLocal: false);
    }

    /// <summary>Who waits on the loop's thread for a task of the loop runs it there.</summary>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => _selector.IsLoopThread && TryExecuteTask(task);

    /// <summary>For debuggers; the queue does not tell tasks from other calls.</summary>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
