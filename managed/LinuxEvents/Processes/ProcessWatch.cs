using System.Diagnostics;
using System.Runtime.CompilerServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Watches any process, whosever child it is: tells when it has ended and how, and signals it without ever hitting another.</summary>
/// <remarks>
/// <para>A watch only looks. It never reaps: the process's parent, which may be this process by <see cref="Process"/>,
/// <see cref="ChildProcess"/> or otherwise, gets its status all the same.</para>
/// <para>A process has ended as soon as it runs no more, even if nobody ever reaps it. Its status is then in what the parent has not taken yet:
/// for the parent's own use, and in /proc for who may look there, mostly its user and root. Once it was reaped the kernel keeps the status
/// for everybody, from Linux 6.15 on (<see cref="ProcessSupport.HasExitInfo"/>). Where none of these serves, <see cref="LinuxEvents.ExitStatus.UnknownReason"/> says
/// why; later it may be known.</para>
/// <para>Without pidfds (before Linux 5.3, and in some sandboxes) a process can't be awaited; <see cref="ProcessWatchOptions.PollInterval"/> has it looked for
/// instead.</para>
/// <para>A watch that is never disposed lives as long as its selector. All members may be used by any thread.</para>
/// </remarks>
public sealed class ProcessWatch : IDisposable
{
    private readonly WatchedProcess _process;
    private readonly TimeSpan _grace;
    private StrongBox<ExitStatus>? _status;

    private ProcessWatch(WatchedProcess process, int? id, ProcessWatchOptions options)
    {
        _process = process;
        _grace = options.StatusGrace;
        Id = id;
    }

    /// <summary>The process id; <see langword="null"/> where it can't be seen: by a descriptor of a process that was reaped, or is of another pid namespace.</summary>
    public int? Id { get; }

    /// <summary>The watch's own pidfd, to be asked or watched elsewhere too.</summary>
    /// <exception cref="PlatformNotSupportedException">There are no pidfds; the process is looked for from time to time.</exception>
    public SafePidFdHandle PidFd => _process.Handle as SafePidFdHandle ?? throw NoPidFds();

    /// <summary>Whether the process has ended, reaped or not: asks the kernel.</summary>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public bool HasExited => Volatile.Read(ref _status) is not null || _process.HasEnded();

    /// <summary>How the process ended, as far as that is known now; <see langword="null"/> while it has not.</summary>
    /// <exception cref="ObjectDisposedException">The watch was disposed before the status was known.</exception>
    public ExitStatus? ExitStatus
    {
        get
        {
            if (!HasExited)
                return null;
            TryGetStatus(out ExitStatus status);
            return status;
        }
    }

    /// <summary>Watches the process with a number.</summary>
    /// <param name="processId">Above 0. Only a process that can't be reaped meanwhile is surely the one that was meant: a child of one's own.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="processId"/> is 0 or less.</exception>
    /// <exception cref="LinuxEventsException">ESRCH when there is no such process, or it was reaped; EINVAL or ENOENT for a thread that leads none;
    /// no descriptor is left (EMFILE, ENFILE).</exception>
    /// <exception cref="PlatformNotSupportedException">There are no pidfds, and no <see cref="ProcessWatchOptions.PollInterval"/> is set.</exception>
    /// <exception cref="ObjectDisposedException">The selector was disposed.</exception>
    public static ProcessWatch Open(int processId, ProcessWatchOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(processId);
        options ??= new ProcessWatchOptions();
        if (ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _))
            return new ProcessWatch(Register(LinuxEvents.PidFd.Open(processId).Handle, options), processId, options);
        if (options.PollInterval is not { } interval)
            throw NoPidFds();
        return new ProcessWatch(new WatchedProcEntry(processId, interval, options.Selector ?? Selector.Shared), processId, options);
    }

    /// <summary>Watches a process of <see cref="System.Diagnostics"/>. One that this process has started is surely the one that was meant.</summary>
    /// <param name="process">The process. It is not needed any more afterwards.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <exception cref="InvalidOperationException"><paramref name="process"/> stands for no process.</exception>
    /// <exception cref="LinuxEventsException">ESRCH when it has exited, and .NET knows: ask <see cref="Process.ExitCode"/>; otherwise as
    /// <see cref="Open(int, ProcessWatchOptions?)"/>.</exception>
    /// <inheritdoc cref="Open(int, ProcessWatchOptions?)" path="/exception"/>
    public static ProcessWatch Open(Process process, ProcessWatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        ProcessWatch watch = Open(process.Id, options);
        bool isSame = false;
        try
        {
            // Until .NET has reaped it, and .NET would know, its number was its own.
            isSame = !process.HasExited;
        }
        finally
        {
            if (!isSame)
                watch.Dispose();
        }

        return isSame ? watch : throw LinuxEventsException.Create(Errno.ESRCH, "pidfd_open", $"process {process.Id}, which has exited,");
    }

    /// <summary>Watches the process that a pidfd stands for, also one that was reaped.</summary>
    /// <param name="pidFd">The pidfd. The watch has a copy of its own: the caller's is not needed any more.</param>
    /// <param name="options">How; <see langword="null"/> for the default.</param>
    /// <exception cref="ArgumentException">The handle holds no descriptor, or not a pidfd.</exception>
    /// <exception cref="LinuxEventsException">No descriptor is left (EMFILE).</exception>
    /// <exception cref="ObjectDisposedException">The handle or the selector was disposed.</exception>
    public static ProcessWatch Open(SafePidFdHandle pidFd, ProcessWatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pidFd);
        if (pidFd.IsInvalid)
            throw new ArgumentException("The handle holds no descriptor.", nameof(pidFd));
        options ??= new ProcessWatchOptions();
        NativeLibraryVersion.Ensure();
        using var reference = new DescriptorReference(pidFd);
        int copy = reference.Check(NativeMethods.lxe_fd_dup(reference.Number, -1, 0), "fcntl(F_DUPFD_CLOEXEC)");
        var own = new SafePidFdHandle(copy, ownsHandle: true);
        return new ProcessWatch(Register(own, options), ProcEntry.NumberOf(own), options);
    }

    /// <summary>Waits until the process has ended. Any number of callers may.</summary>
    /// <param name="cancellationToken">Ends this wait; the others go on.</param>
    /// <returns>How it ended. A wait that began on the selector's thread continues there; otherwise on the thread pool.</returns>
    /// <exception cref="ObjectDisposedException">The watch or its selector was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<ExitStatus> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _status) is { } known)
            return known.Value;
        await _process.WaitForEndAsync(cancellationToken).ConfigureAwait(false);
        if (!TryGetStatus(out ExitStatus status))
        {
            await _process.WaitForReapAsync(_grace, cancellationToken).ConfigureAwait(false);
            TryGetStatus(out status);
        }

        return status;
    }

    /// <summary>Blocks the thread until the process has ended. Needs no loop; on the selector's thread it holds up everything else.</summary>
    /// <returns>How it ended.</returns>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public ExitStatus WaitForExit()
    {
        TryWaitForExit(Timeout.InfiniteTimeSpan, out ExitStatus status);
        return status;
    }

    /// <summary>As <see cref="WaitForExit"/>, but not for ever.</summary>
    /// <param name="timeout">How long at most, not counting <see cref="ProcessWatchOptions.StatusGrace"/>; zero only looks,
    /// <see cref="Timeout.InfiniteTimeSpan"/> is for ever.</param>
    /// <param name="exitStatus">How it ended.</param>
    /// <returns><see langword="false"/> when it has not.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public bool TryWaitForExit(TimeSpan timeout, out ExitStatus exitStatus)
    {
        long deadline = Deadline.After(timeout);
        exitStatus = Volatile.Read(ref _status)?.Value ?? default;
        if (exitStatus.IsKnown)
            return true;
        if (!_process.WaitForEnd(deadline))
            return false;
        if (!TryGetStatus(out exitStatus))
        {
            _process.WaitForReap(Deadline.After(_grace));
            TryGetStatus(out exitStatus);
        }

        return true;
    }

    /// <summary>
    /// Reports that the process, a child of this one, was stopped or continued, until it has ended. As <see cref="ChildProcess.ReadChangesAsync"/>, whose changes are
    /// the same and reported once: to one of the two.
    /// </summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidOperationException">When the enumeration begins: this process was started with SIGCHLD ignored, so that nobody is told.</exception>
    /// <exception cref="LinuxEventsException">ECHILD, when the enumeration begins: the process is no child of this one.</exception>
    /// <exception cref="PlatformNotSupportedException">There are no pidfds.</exception>
    /// <exception cref="ObjectDisposedException">The watch or its selector was disposed.</exception>
    public IAsyncEnumerable<ChildChange> ReadChangesAsync(CancellationToken cancellationToken = default)
    {
        SafePidFdHandle pidFd = PidFd;
        ChildChange? Take()
        {
            int result = LinuxEvents.PidFd.LookForStop(pidFd, out ChildChange change);
            if (result == -Errno.ECHILD && HasExited)
                return null; // reaped
            return LinuxEventsException.ThrowIfError(result, "waitid", $"process {Id}") == 0 ? null : change;
        }

        return ChildStops.ReadAsync(Take, token => _process.WaitForEndAsync(token).AsTask(), bySignal: true, cancellationToken);
    }

    /// <summary>Sends a signal to the process: to it or to nobody.</summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the process has ended.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not.</exception>
    /// <exception cref="PlatformNotSupportedException">There is no pidfd_send_signal(2), and the process is no child of this one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public bool Signal(LinuxSignal signal)
    {
        LinuxEvents.PidFd.EnsureSignal(signal);
        return !HasExited && LinuxEvents.PidFd.Send(_process.Handle, signal, PidFdSignalTarget.Default, this); // a zombie would swallow it
    }

    /// <summary>Sends a signal with a value, as sigqueue(3) does. Real-time signals queue up; of another that is pending already, the second is lost with its value.</summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <param name="value">What the process finds in <c>si_value</c>: as <c>sival_ptr</c> all of it, as <c>sival_int</c> the low half.</param>
    /// <returns><see langword="false"/> when the process has ended.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not; EAGAIN when too many signals are queued already
    /// (RLIMIT_SIGPENDING).</exception>
    /// <exception cref="PlatformNotSupportedException">There is no pidfd_send_signal(2), and the process is no child of this one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public bool QueueSignal(LinuxSignal signal, long value)
    {
        LinuxEvents.PidFd.EnsureSignal(signal);
        return !HasExited && LinuxEvents.PidFd.Queue(_process.Handle, signal, value, PidFdSignalTarget.Default, this);
    }

    /// <summary>Sends a signal to the process group that the process leads, also when the process has ended itself. Linux 6.9; before that, of children of
    /// this process that were not reaped.</summary>
    /// <param name="signal">The signal; <see cref="LinuxSignal.None"/> only checks.</param>
    /// <returns><see langword="false"/> when the process leads no group, or one without members.</returns>
    /// <exception cref="LinuxEventsException">EPERM when this process may not signal any member.</exception>
    /// <exception cref="PlatformNotSupportedException">The kernel can't do it without risk.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public bool SignalProcessGroup(LinuxSignal signal)
    {
        try
        {
            return LinuxEvents.PidFd.Send(_process.Handle, signal, PidFdSignalTarget.ProcessGroup, this);
        }
        catch (LinuxEventsException error) when (error.Errno == Errno.EINVAL)
        {
            throw new PlatformNotSupportedException("Groups are signalled by pidfd from Linux 6.9 on; by number the signal might hit another group.", error);
        }
    }

    /// <summary>
    /// Copies a descriptor out of the process, whose memory this process must be allowed to look into. pidfd_getfd(2), Linux 5.6.
    /// </summary>
    /// <param name="descriptor">The descriptor's number there.</param>
    /// <returns>The copy, which shares the open file description.</returns>
    /// <exception cref="LinuxEventsException">EBADF when the process has no such descriptor; EPERM; ESRCH when it has ended; EMFILE.</exception>
    /// <exception cref="PlatformNotSupportedException">The kernel or a sandbox has no pidfds, or not this call.</exception>
    /// <exception cref="ObjectDisposedException">The watch was disposed.</exception>
    public SafeFdHandle GetFd(int descriptor) => LinuxEvents.PidFd.GetFd(PidFd, descriptor, this);

    /// <summary>Names the process: "process 123".</summary>
    public override string ToString() => Id is int id ? $"process {id}" : "a process behind a pidfd";

    /// <summary>Ends the watch and its waits, with <see cref="ObjectDisposedException"/>. The process is not affected.</summary>
    public void Dispose() => _process.Dispose();

    private static WatchedPidFd Register(SafePidFdHandle pidFd, ProcessWatchOptions options)
    {
        try
        {
            return new WatchedPidFd(pidFd, options.Selector ?? Selector.Shared);
        }
        catch
        {
            pidFd.Dispose();
            throw;
        }
    }

    private static PlatformNotSupportedException NoPidFds() => new(
        $"A process that one has not started can only be awaited by pidfd; {ProcessSupport.WhyWithoutPidFds}. ProcessWatchOptions.PollInterval has it looked for instead.");

    /// <returns><see langword="false"/> when it may be known after the reap.</returns>
    private bool TryGetStatus(out ExitStatus status)
    {
        if (Volatile.Read(ref _status) is { } known)
        {
            status = known.Value;
            return true;
        }

        bool isFinal = _process.TryGetStatus(out status);
        if (status.IsKnown)
            Volatile.Write(ref _status, new StrongBox<ExitStatus>(status));
        return isFinal;
    }
}
