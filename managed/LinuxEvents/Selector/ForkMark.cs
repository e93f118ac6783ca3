using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The process's one mark that a forked child finds cleared. lxe_fork_mark</summary>
internal static unsafe class ForkMark
{
    /// <summary>Points to 1 here and to 0 in a forked child; on kernels before 4.14 to 1 everywhere.</summary>
    public static readonly uint* Pointer = Make();

    private static uint* Make()
    {
        uint* mark;
        if (NativeMethods.lxe_fork_mark(&mark) < 0)
        {
            mark = (uint*)NativeMemory.Alloc(sizeof(uint));
            *mark = 1;
        }

        return mark;
    }
}
