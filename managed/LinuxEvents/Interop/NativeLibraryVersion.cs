using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace LinuxEvents.Interop;

/// <summary>Makes sure, before anything else is asked of it, that the native library is there and fits.</summary>
internal static class NativeLibraryVersion
{
    private static readonly int s_version = Load();

    /// <summary>Called wherever an object of the library is made; costs nothing after the first time.</summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux, or no native library for this processor.</exception>
    /// <exception cref="DllNotFoundException">The native library is not where it should be.</exception>
    /// <exception cref="InvalidOperationException">The native library is of another version.</exception>
    public static void Ensure() => _ = s_version;

    [SuppressMessage("Performance", "CA1810", Justification = "The check must fail with its own message.")]
    static NativeLibraryVersion()
    {
    }

    private static int Load()
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("LinuxEvents works on Linux only.");
        int version;
        try
        {
            version = NativeMethods.lxe_version_get();
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                $"The native library liblinuxevents.so for {RuntimeInformation.RuntimeIdentifier} was not found. It comes with the " +
                "LinuxEvents package (runtimes/<rid>/native) and is copied beside the program by a project reference. " +
                "If this system has none prebuilt, build it from source and set LD_LIBRARY_PATH to its folder.", e);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new InvalidOperationException("The liblinuxevents.so that was loaded is not the one of LinuxEvents.", e);
        }

        int major = version >> 16, minor = version >> 8 & 0xff;
        return major == NativeMethods.LXE_VERSION_MAJOR && minor >= NativeMethods.LXE_VERSION_MINOR
            ? version
            : throw new InvalidOperationException(
                $"liblinuxevents.so has version {major}.{minor}; this LinuxEvents needs {NativeMethods.LXE_VERSION_MAJOR}." +
                $"{NativeMethods.LXE_VERSION_MINOR} or a later {NativeMethods.LXE_VERSION_MAJOR}.x. Another copy of the library was loaded: " +
                "look for it beside the program and in LD_LIBRARY_PATH.");
    }
}
