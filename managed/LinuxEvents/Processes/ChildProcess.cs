namespace LinuxEvents;

/// <summary>A child process: started, watched, signalled without ever hitting another, and reaped when it ends.</summary>
/// <remarks>
/// <para>Where children have pidfds and nobody else reaps them, it is a child of this process; elsewhere one helper process starts and
/// reaps them all. <see cref="ProcessSupport.Mechanism"/> says which; before Linux 6.9 a child with a process group or session of its own is always
/// the helper's, since only that can signal the group. The helper begins with the first child, which therefore comes after
/// whatever changes this process's user, session or capabilities: later the kernel's word is EPERM.</para>
/// <para>The child is watched by its selector from the start on and reaped as soon as it ends, whether anybody awaits it or not, and
/// also after <see cref="Dispose"/>: no zombie is left. A selector that is not run, or was disposed, reaps nobody: then
/// the child is reaped by the next <see cref="WaitForExit"/>, <see cref="HasExited"/> or <see cref="Signal"/>, and if nothing asks, stays a
/// zombie until this process ends.</para>
/// <para>It lives beside <see cref="System.Diagnostics.Process"/>: neither takes a child from the other. Where .NET reaps every child
/// (as process 1, or started with SIGCHLD ignored), the status comes from the kernel's exit information, from Linux 6.15 on; before that
/// the helper keeps it. Where a status was lost all the same, the <see cref="LinuxEvents.ExitStatus"/> says so. With SIGCHLD ignored
/// <see cref="System.Diagnostics.Process"/> itself never learns that its child has ended, and waits for ever, with this library or without it; a
/// <see cref="ProcessWatch"/> of that child tells it.</para>
/// <para>All members may be used by any thread. What does not need the streams goes on working after <see cref="Dispose"/>.</para>
/// </remarks>
public sealed partial class ChildProcess : IDisposable, IAsyncDisposable
{
    private readonly ChildWatch _watch;
    private readonly bool _leadsProcessGroup;
    private readonly bool _leadsSession;
    private readonly string? _reason;
    private readonly TimeSpan _drainGrace;
    private readonly DisposeAction _onDispose;
    private readonly TimeSpan _terminateGrace;

    private ChildProcess(ChildWatch watch, SpawnOptions options, ChildDescriptors descriptors)
    {
        _watch = watch;
        _leadsProcessGroup = options.LeadsProcessGroup;
        _leadsSession = options.CreateNewSession;
        _reason = options.AdoptOrphans ? "its orphans are taken over" : null;
        _drainGrace = options.DrainGrace;
        _onDispose = options.OnDispose;
        _terminateGrace = options.TerminateGrace;
        StandardInput = descriptors.TakeStream(0);
        StandardOutput = descriptors.TakeStream(1);
        StandardError = descriptors.TakeStream(2);
        Terminal = descriptors.TakeTerminal();
    }

    /// <summary>The process id. Once the child was reaped, another process may have it: for signals take <see cref="Signal"/>.</summary>
    public int Id => _watch.Child.Id;

    /// <summary>Names it: "child 123".</summary>
    public override string ToString() => $"child {Id}";

    /// <summary>The child's pidfd, to be watched or asked but not to be waited for. It is closed by <see cref="Dispose"/>, but not before the child has ended.</summary>
    /// <exception cref="PlatformNotSupportedException">The child is the reaper's, and has none: see <see cref="ProcessSupport.Mechanism"/>.</exception>
    public SafePidFdHandle PidFd => _watch.Child.Handle as SafePidFdHandle
        ?? throw new PlatformNotSupportedException($"A child of the reaper has no pidfd; it was chosen because {_reason ?? ProcessSupport.ReasonFor(_leadsProcessGroup)}.");

    /// <summary>Whether the child has ended: asks the kernel.</summary>
    public bool HasExited => _watch.TryReap();

    /// <summary>How the child ended; <see langword="null"/> while it has not.</summary>
    public ExitStatus? ExitStatus => _watch.TryReap() ? _watch.Status : null;

    /// <summary>Our end of the child's standard input, if that is <see cref="ChildStdio.Pipe"/>. Disposing it is the end of its input.</summary>
    public FdStream? StandardInput { get; }

    /// <summary>
    /// Our end of the child's standard output, if that is <see cref="ChildStdio.Pipe"/>. It ends when the last process that has the other end closes
    /// it, which may be a grandchild that outlives the child: do not take it for the child's end.
    /// </summary>
    public FdStream? StandardOutput { get; }

    /// <summary>As <see cref="StandardOutput"/>, of standard error.</summary>
    public FdStream? StandardError { get; }

    /// <summary>The other end of the child's terminal, if one of its standard descriptors is <see cref="ChildStdio.Terminal"/>.</summary>
    public ChildTerminal? Terminal { get; }

    /// <summary>Starts a child. Blocks until the program is executed, or could not be: for a file on a slow file system, that long.</summary>
    /// <param name="options">What, and how.</param>
    /// <param name="selector">The loop that watches it and its pipes; <see langword="null"/> for <see cref="Selector.Shared"/>.</param>
    /// <returns>The child, which runs.</returns>
    /// <exception cref="ArgumentException">An option that can't be meant: a NUL within a string, a '=' within a variable's name, a number out of range.</exception>
    /// <exception cref="LinuxEventsException">
    /// It could not be started, and nothing is left of it. <see cref="LinuxEventsException.Call"/> says which step failed and
    /// <see cref="LinuxEventsException.Target"/> on what: execve (ENOENT, EACCES, ENOEXEC, E2BIG ...) on the program, chdir on the working directory,
    /// dup2 on a descriptor, open on a file, setresuid on the user and so on; clone or pipe2 when there is no room (EAGAIN, ENOMEM, EMFILE).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The selector, or a handle of the options, was disposed.</exception>
    public static ChildProcess Spawn(SpawnOptions options, Selector? selector = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        selector ??= Selector.Shared;
        options.Check();
        using ChildDescriptors descriptors = ChildDescriptors.Open(options, selector);
        StartedChild child = Spawner.Start(options, descriptors);
        ChildWatch watch;
        try
        {
            watch = new ChildWatch(child, selector);
        }
        catch
        {
            // Nobody would watch it: it must not run on.
            child.Abort();
            throw;
        }

        return new ChildProcess(watch, options, descriptors);
    }

    /// <summary>Waits until the child has ended. Any number of callers may; later ones get the same status at once.</summary>
    /// <param name="cancellationToken">Ends this wait; the child and the other waits go on.</param>
    /// <returns>How it ended. A wait that began on the selector's thread continues there; otherwise on the thread pool.</returns>
    /// <exception cref="ObjectDisposedException">The selector was disposed, and the child has not ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<ExitStatus> WaitForExitAsync(CancellationToken cancellationToken = default) => _watch.WaitAsync(cancellationToken);

    /// <summary>Blocks the thread until the child has ended. Needs no loop; on the selector's thread it holds up everything else.</summary>
    /// <returns>How it ended.</returns>
    public ExitStatus WaitForExit()
    {
        _watch.Wait(Timeout.InfiniteTimeSpan);
        return _watch.Status;
    }

    /// <summary>As <see cref="WaitForExit"/>, but not for ever.</summary>
    /// <param name="timeout">How long at most; zero only looks, <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <param name="exitStatus">How it ended.</param>
    /// <returns><see langword="false"/> when it has not.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    public bool TryWaitForExit(TimeSpan timeout, out ExitStatus exitStatus)
    {
        bool exited = _watch.Wait(timeout);
        exitStatus = exited ? _watch.Status : default;
        return exited;
    }

    /// <summary>
    /// Reports that the child was stopped or continued, by a signal or by who traces it, until it has ended. Of several changes that come together only the latest is
    /// reported. While anybody enumerates, this process receives SIGCHLD, unless the child is the reaper's; without that nothing is asked or received.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The changes, to be enumerated by one at a time: each change is reported once.</returns>
    /// <exception cref="InvalidOperationException">When the enumeration begins: this process was started with SIGCHLD ignored, so that nobody is told.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed, and the child has not ended.</exception>
    public IAsyncEnumerable<ChildChange> ReadChangesAsync(CancellationToken cancellationToken = default) => ChildStops.ReadAsync(
        _watch.TakeChange, token => _watch.WaitAsync(token).AsTask(), bySignal: _watch.Child is DirectChild, cancellationToken);

    /// <summary>Sends a signal to the child: to it or to nobody. Its sender is this process, or the reaper where the child is its.</summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the child has ended.</returns>
    /// <exception cref="LinuxEventsException">EPERM when the child has become another user's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public bool Signal(LinuxSignal signal) => _watch.Signal(signal);

    /// <summary>
    /// Sends a signal with a value to the child, as sigqueue(3) does. Its sender is this process. Real-time signals queue up; of another that is
    /// pending already, the second is lost with its value.
    /// </summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <param name="value">What the child finds in <c>si_value</c>: as <c>sival_ptr</c> all of it, as <c>sival_int</c> the low half.</param>
    /// <returns><see langword="false"/> when the child has ended.</returns>
    /// <exception cref="LinuxEventsException">EPERM when the child has become another user's; EAGAIN when too many signals are queued already
    /// (RLIMIT_SIGPENDING).</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public bool QueueSignal(LinuxSignal signal, long value) => _watch.QueueSignal(signal, value);

    /// <summary>Sends a signal to the child's process group, of which its own children are members unless they left it; also when the child itself has ended.</summary>
    /// <remarks>Where the child is the reaper's and has ended, the group is signalled as long as a process that has lost its parent is a member of it.</remarks>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the group has no member any more.</returns>
    /// <exception cref="InvalidOperationException">The child was not started with <see cref="SpawnOptions.CreateNewProcessGroup"/> or <see cref="SpawnOptions.CreateNewSession"/>.</exception>
    /// <exception cref="LinuxEventsException">EPERM when all members are another user's.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The child has ended, and this object was disposed.</exception>
    public bool SignalProcessGroup(LinuxSignal signal)
    {
        if (!_leadsProcessGroup)
            throw new InvalidOperationException($"Process {Id} was started without a process group of its own: its group is not its alone.");
        return _watch.SignalProcessGroup(signal);
    }
}
