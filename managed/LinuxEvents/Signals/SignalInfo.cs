using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A signal that was received. sigaction(2)</summary>
public readonly record struct SignalInfo
{
    private readonly ulong _userTime, _systemTime;

    internal SignalInfo(in lxe_signal_info info)
    {
        Signal = (LinuxSignal)info.signal;
        Code = (SignalCode)info.code;
        SenderProcessId = (int)info.pid;
        SenderUserId = info.uid;
        Value = (long)info.value_ptr;
        IntValue = info.value_int;
        FileDescriptor = info.fd;
        Band = (PollEvents)info.band;
        TimerId = (int)info.timer_id;
        TimerOverrun = (int)info.overrun;
        ChildStatus = info.status;
        _userTime = info.user_time;
        _systemTime = info.system_time;
    }

    /// <summary>Which signal.</summary>
    public LinuxSignal Signal { get; }

    /// <summary>How it came about. It also says which of the other properties mean something.</summary>
    public SignalCode Code { get; }

    /// <summary>
    /// The process that sent it, by its id as this process sees it; 0 when the kernel sent it, or a process outside of this one's
    /// pid namespace.
    /// </summary>
    public int SenderProcessId { get; }

    /// <summary>The real user of the process that sent it.</summary>
    public uint SenderUserId { get; }

    /// <summary>The value that came with it, if it was sent as a pointer (<c>sival_ptr</c>); 0 where there is none.</summary>
    public long Value { get; }

    /// <summary>The value that came with it, if it was sent as an int (<c>sival_int</c>); 0 where there is none.</summary>
    public int IntValue { get; }

    /// <summary><see cref="SignalCode.Timer"/>: the timer that has expired, by the kernel's number.</summary>
    public int TimerId { get; }

    /// <summary><see cref="SignalCode.Timer"/>: how often it has expired again before this signal was taken. timer_getoverrun(2)</summary>
    public int TimerOverrun { get; }

    /// <summary>
    /// SIGIO, or the signal that <c>F_SETSIG</c> chose: the descriptor that became ready; 0 with other signals. fcntl(2)
    /// </summary>
    public int FileDescriptor { get; }

    /// <summary>The same: for what it is ready.</summary>
    public PollEvents Band { get; }

    /// <summary>
    /// SIGCHLD, which only a plain <see cref="SignalFd"/> gives: the child's exit code, or the signal that ended, stopped or continued it;
    /// <see cref="Code"/> says which (1 exited, 2 killed, 3 killed with a core dump, 4 trapped, 5 stopped, 6 continued).
    /// </summary>
    public int ChildStatus { get; }

    /// <summary>The same: processor time that the child took in user mode, at the resolution of clock ticks (10 ms).</summary>
    public TimeSpan ChildUserTime => Ticks(_userTime);

    /// <summary>The same: processor time that the child took in the kernel.</summary>
    public TimeSpan ChildSystemTime => Ticks(_systemTime);

    // USER_HZ is 100 on every processor that .NET runs on.
    private static TimeSpan Ticks(ulong ticks) => TimeSpan.FromMilliseconds(ticks * 10);
}
