using System.Collections.Concurrent;

namespace LinuxEvents;

/// <summary>
/// A thread that lives as long as the process, to be the parent of children that shall get a signal when their parent ends: for the kernel
/// that is the thread that has started them, and one of a pool may end at any time. prctl(2), PR_SET_PDEATHSIG
/// </summary>
internal static class ParentThread
{
    private static BlockingCollection<Task>? s_calls;
    private static object? s_lock;

    /// <summary>Runs a function there; blocks until it has returned.</summary>
    public static T Run<T>(Func<T> function)
    {
        var call = new Task<T>(function);
        LazyInitializer.EnsureInitialized(ref s_calls, ref s_lock, Start).Add(call); // a failure is not remembered
        return call.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Task> Start()
    {
        var calls = new BlockingCollection<Task>();
        new Thread(() =>
        {
            foreach (Task call in calls.GetConsumingEnumerable())
                call.RunSynchronously(TaskScheduler.Default);
        })
        { IsBackground = true, Name = "LinuxEvents parent" }.UnsafeStart();
        return calls;
    }
}
