using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What tests need of the kernel.</summary>
internal static class Feature
{
    /// <summary>Skips a test where one of these is not there. LXE_FEATURE_...</summary>
    public static void Needed(params uint[] features)
    {
        foreach (uint feature in features)
        {
            if (!ProcessSupport.IsPresent(feature, out lxe_feature_info info))
                Skip(info);
        }
    }

    private static unsafe void Skip(in lxe_feature_info info)
    {
        string why = info.state == NativeMethods.LXE_FEATURE_DISABLED ? "it is switched off" : Errno.Describe(info.error);
        Assert.Skip($"There is no {Marshal.PtrToStringUTF8((nint)info.name)} (Linux {info.kernel >> 16}.{info.kernel & 0xffff}): {why}.");
    }
}
