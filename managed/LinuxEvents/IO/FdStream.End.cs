namespace LinuxEvents;

/// <content>Noticing the end.</content>
public sealed partial class FdStream
{
    private TaskCompletionSource? _end;
    private bool _ended;

    /// <summary>Completes when somebody has read the end of the file, or the stream is disposed.</summary>
    internal Task Ended
    {
        get
        {
            TaskCompletionSource end = Volatile.Read(ref _end)
                ?? Interlocked.CompareExchange(ref _end, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null)
                ?? _end;
            if (Volatile.Read(ref _ended))
                end.TrySetResult();
            return end.Task;
        }
    }

    /// <summary>Either this sees who asks for the end, or who asks sees it.</summary>
    internal void NoteEnd()
    {
        Volatile.Write(ref _ended, true);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _end)?.TrySetResult();
    }
}
