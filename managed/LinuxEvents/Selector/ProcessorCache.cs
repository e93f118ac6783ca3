using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace LinuxEvents;

/// <summary>Asks the processor for memory ahead of its use.</summary>
internal static unsafe class ProcessorCache
{
    private const int Line = 64;

    /// <summary>Whether it can be asked. A constant, so that what depends on it vanishes where it can't.</summary>
    public static bool CanPrefetch => Sse.IsSupported;

    /// <summary>Fetches the beginning of an object, 64 bytes at least. As <see cref="Prefetch"/> does.</summary>
    public static void PrefetchHead(object target)
    {
        byte* address = (byte*)Unsafe.As<object, nint>(ref target);
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + Line);
    }

    /// <summary>Fetches an object, the first 200 bytes of it at least. If it is moved meanwhile, other memory is fetched, which does no harm.</summary>
    public static void Prefetch(object target)
    {
        byte* address = (byte*)Unsafe.As<object, nint>(ref target);
        Sse.Prefetch0(address);
        Sse.Prefetch0(address + Line);
        Sse.Prefetch0(address + (2 * Line));
        Sse.Prefetch0(address + (3 * Line));
    }
}
