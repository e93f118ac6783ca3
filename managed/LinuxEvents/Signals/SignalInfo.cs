using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>A signal that was received. sigaction(2)</summary>
public readonly record struct SignalInfo
{
    internal SignalInfo(in lxe_signal_info info)
    {
        Signal = (LinuxSignal)info.signal;
        Code = (SignalCode)info.code;
        SenderProcessId = (int)info.pid;
        SenderUserId = info.uid;
        Value = (long)info.value_ptr;
        IntValue = info.value_int;
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
}
