using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>Keeps a handle from being closed for the time of a native call, and names it in errors.</summary>
internal readonly ref struct DescriptorReference
{
    private readonly SafeHandle _handle;

    public DescriptorReference(SafeHandle handle)
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Number = (int)handle.DangerousGetHandle();
    }

    public int Number { get; }

    /// <summary>Gives back the result of a native call, or throws what its error stands for.</summary>
    /// <param name="result">What the call gave.</param>
    /// <param name="call">Its name.</param>
    /// <param name="target">What it was about, where that says more than the descriptor's number.</param>
    public int Check(int result, string call, object? target = null)
    {
        if (result < 0)
            LinuxEventsException.Throw(-result, call, target ?? $"descriptor {Number}");
        return result;
    }

    /// <summary>As <see cref="Check"/>, but a descriptor that is not ready (EAGAIN) gives <see langword="false"/>.</summary>
    public bool CheckReady(int result, string call) => result != -Interop.Errno.EAGAIN && Check(result, call) >= 0;

    public void Dispose() => _handle.DangerousRelease();
}
