namespace LinuxEvents;

/// <summary>Waits for the end of a child and of its output, but for the latter not for ever.</summary>
/// <remarks>
/// <para>The child's end says nothing about its output: what it wrote last may still be in the pipe, and what it has started may hold
/// the pipe open for ever. So the end of the output counts when somebody has read it, and a limited time after the child's end counts too.</para>
/// <para>When that time is over, readers are told by <see cref="GraceOver"/>. What the child itself wrote is in the pipe by then; so they take what is
/// there without waiting, no more than a pipe can hold, and stop (<see cref="OutputReader"/>). A consumer that is slow loses nothing.</para>
/// </remarks>
#pragma warning disable CA1001 // A source without a timer holds nothing to be disposed.
internal sealed class ChildCompletion(ChildProcess child, TimeSpan grace)
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource<ExitStatus> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _graceOver = new();

    public Task<ExitStatus> Task => _completed.Task;

    /// <summary>Cancelled when the time for the output is over.</summary>
    public CancellationToken GraceOver => _graceOver.Token;

    public async void Start()
    {
        try
        {
            ExitStatus status = await child.WaitForExitAsync().ConfigureAwait(false);
            FdStream?[] outputs = [child.StandardOutput, child.StandardError, child.Terminal?.Stream];
            Task drained = System.Threading.Tasks.Task.WhenAll(outputs.OfType<FdStream>().Select(output => output.Ended));
            if (!await drained.EndsWithinAsync(grace, child.Selector).ConfigureAwait(false))
                await _graceOver.CancelAsync().ConfigureAwait(false);
            _completed.SetResult(status);
        }
#pragma warning disable CA1031 // It belongs to whoever awaits.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _completed.SetException(e);
            _ = Task.Exception; // nobody needs to
        }
    }
}
