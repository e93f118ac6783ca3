namespace LinuxEvents;

/// <content>The end of the child and of its output.</content>
public sealed partial class ChildProcess
{
    private ChildCompletion? _completion;

    /// <summary>
    /// Completes when the child has ended and its output, where it is a pipe, was read to the end or closed; or at the latest
    /// <see cref="SpawnOptions.DrainGrace"/> after the child's end, for another process may hold the output open. The same task for all.
    /// </summary>
    /// <remarks>
    /// <para>The time begins with the child's end, or with the first use of this property if that is later. It passes, too, where nobody reads the
    /// output. What is read by hand goes on; the methods of this class that read come to their end.</para>
    /// <para>Fails with <see cref="ObjectDisposedException"/> when the selector is disposed before.</para>
    /// </remarks>
    public Task<ExitStatus> Completion => Completing.Task;

    internal Selector Selector => _watch.Selector;

    private ChildCompletion Completing
    {
        get
        {
            if (Volatile.Read(ref _completion) is { } completion)
                return completion;
            var made = new ChildCompletion(this, _drainGrace);
            if (Interlocked.CompareExchange(ref _completion, made, null) is { } other)
                return other;
            made.Start();
            return made;
        }
    }

    /// <summary>Reads the standard output line by line, as fast as it is asked for: while it is not, the pipe fills up and the child waits.</summary>
    /// <param name="maxLineBytes">A longer line comes in several parts, cut between characters, so that an endless one needs no endless memory.</param>
    /// <param name="cancellationToken">Ends the enumeration. The child runs on.</param>
    /// <returns>
    /// The lines, without their line feeds; UTF-8, in which what is none becomes U+FFFD. They end with the output, or
    /// where another process holds that open, <see cref="SpawnOptions.DrainGrace"/> after the child's end with what was written until then.
    /// Not to be enumerated twice, and what an enumeration that is broken off has read ahead is lost.
    /// </returns>
    /// <exception cref="InvalidOperationException">The standard output is no <see cref="ChildStdio.Pipe"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLineBytes"/> is below 16.</exception>
    public IAsyncEnumerable<string> ReadOutputLinesAsync(int maxLineBytes = OutputLines.DefaultLimit, CancellationToken cancellationToken = default) =>
        OutputLines.ReadAsync(StandardOutput ?? throw NoPipe("output"), maxLineBytes, Completing.GraceOver, cancellationToken);

    /// <summary>As <see cref="ReadOutputLinesAsync"/>, of standard error.</summary>
    /// <param name="maxLineBytes">A longer line comes in several parts.</param>
    /// <param name="cancellationToken">Ends the enumeration. The child runs on.</param>
    /// <returns>The lines.</returns>
    /// <exception cref="InvalidOperationException">The standard error is no <see cref="ChildStdio.Pipe"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxLineBytes"/> is below 16.</exception>
    public IAsyncEnumerable<string> ReadErrorLinesAsync(int maxLineBytes = OutputLines.DefaultLimit, CancellationToken cancellationToken = default) =>
        OutputLines.ReadAsync(StandardError ?? throw NoPipe("error"), maxLineBytes, Completing.GraceOver, cancellationToken);

    private static InvalidOperationException NoPipe(string name) => new($"The child's standard {name} is no ChildStdio.Pipe: there is nothing to read.");
}
