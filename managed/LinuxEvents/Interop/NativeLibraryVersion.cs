using System.Runtime.InteropServices;

namespace LinuxEvents.Interop;

/// <summary>Makes sure, before anything else is asked of it, that the native library is there and fits.</summary>
internal static class NativeLibraryVersion
{
    private static bool s_fits;

    /// <summary>Called wherever an object of the library is made; costs next to nothing after the first time.</summary>
    /// <exception cref="PlatformNotSupportedException">Not Linux, or no native library for this processor.</exception>
    /// <exception cref="DllNotFoundException">The native library is not where it should be.</exception>
    /// <exception cref="InvalidOperationException">The native library is of another version.</exception>
    public static void Ensure()
    {
        if (!s_fits)
            Check();
    }

    private static void Check()
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
        s_fits = major == NativeMethods.LXE_VERSION_MAJOR && minor >= NativeMethods.LXE_VERSION_MINOR;
        if (!s_fits)
        {
            throw new InvalidOperationException(
                $"liblinuxevents.so has version {major}.{minor}; this LinuxEvents needs {NativeMethods.LXE_VERSION_MAJOR}." +
                $"{NativeMethods.LXE_VERSION_MINOR} or a later {NativeMethods.LXE_VERSION_MAJOR}.x. Another copy of the library was loaded: " +
                "look for it beside the program and in LD_LIBRARY_PATH.");
        }
    }
}
