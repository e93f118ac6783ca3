using System.Buffers;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <content>A program's whole run in one call.</content>
public sealed partial class ChildProcess
{
    /// <summary>Runs a program to its end and gives back its status and what it wrote.</summary>
    /// <param name="options">
    /// What, and how. An output that is <see cref="ChildStdio.Inherit"/>, as at first, is captured here; any other is left as it is said.
    /// </param>
    /// <param name="runOptions">What the program reads, limits, and what cancelling does.</param>
    /// <param name="selector">The loop that watches it and its pipes; <see langword="null"/> for <see cref="Selector.Shared"/>.</param>
    /// <param name="cancellationToken">
    /// Gives the run up at once, and kills the program, terminates or leaves it, as <see cref="RunOptions.OnCancel"/> says: its pipes are
    /// closed, and it is reaped in the background when it ends.
    /// </param>
    /// <returns>The run, when the program has ended and its output too, or at the latest <see cref="SpawnOptions.DrainGrace"/> after its end.</returns>
    /// <remarks>Input and both outputs move at the same time, in any amount: nothing waits for anything else. An input that the program does not
    /// read to its end is no error. Blocks while the program is started, as <see cref="Spawn"/> does.</remarks>
    /// <exception cref="ArgumentException">As <see cref="Spawn"/>.</exception>
    /// <exception cref="LinuxEventsException">The program could not be started: as <see cref="Spawn"/>.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed, perhaps meanwhile.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<CompletedProcess> RunAndCaptureAsync(
        SpawnOptions options, RunOptions? runOptions = null, Selector? selector = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        RunOptions run = runOptions ?? new RunOptions();
        DisposeAction onCancel = run.OnCancel;
        cancellationToken.ThrowIfCancellationRequested();
        ChildProcess child = Spawn(options.ForCapture(run.Input is not null), selector);
        Task<CompletedProcess> captured = child.CaptureAsync(run);
        DisposeAction end = DisposeAction.Leave;
        try
        {
            return await captured.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            end = onCancel;
            // It fails for want of its streams, which is nobody's concern any more.
            _ = captured.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
        finally
        {
            child.GiveUp(end);
        }
    }

    private async Task<CompletedProcess> CaptureAsync(RunOptions run)
    {
        CancellationToken graceOver = Completing.GraceOver;
        Task sent = SendAsync(run.Input, graceOver);
        Task<CapturedOutput> output = CaptureAsync(StandardOutput, run.OutputLimit, graceOver);
        Task<CapturedOutput> error = CaptureAsync(StandardError, run.OutputLimit, graceOver);
        await Task.WhenAll(output, error).ConfigureAwait(false);
        ExitStatus status = await Completion.ConfigureAwait(false);
        StandardInput?.Dispose(); // somebody else may have it, and not read
        await sent.ConfigureAwait(false);
        return new CompletedProcess(Id, status, output.Result, error.Result);
    }

    private async Task SendAsync(ReadOnlyMemory<byte>? input, CancellationToken graceOver)
    {
        if (StandardInput is null || input is null)
            return;
        try
        {
            await StandardInput.WriteAsync(input.Value, graceOver).ConfigureAwait(false);
        }
        catch (LinuxEventsException e) when (e.Errno == Errno.EPIPE)
        {
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
        }

        StandardInput.Dispose();
    }

    private static async Task<CapturedOutput> CaptureAsync(FdStream? stream, int limit, CancellationToken graceOver)
    {
        if (stream is null)
            return new CapturedOutput(default, isTruncated: false, isComplete: true);
        using var reader = new OutputReader(stream, graceOver);
        var kept = new ArrayBufferWriter<byte>();
        bool truncated = false;
        while (!reader.IsAtEnd)
        {
            ReadOnlySequence<byte> bytes = await reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            long count = Math.Min(bytes.Length, limit - kept.WrittenCount);
            truncated |= count < bytes.Length;
            foreach (ReadOnlyMemory<byte> part in bytes.Slice(0, count))
                kept.Write(part.Span);
            reader.AdvanceTo(bytes.End, bytes.End);
        }

        return new CapturedOutput(kept.WrittenMemory, truncated, reader.HasEnded);
    }
}
