using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>The standard error stream, without the console's locks.</summary>
internal static unsafe class StandardError
{
    /// <summary>Writes what it takes at once. Nobody can be told of a failure.</summary>
    public static void WriteLine(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "\n");
        fixed (byte* start = bytes)
            _ = NativeMethods.lxe_fd_write(2, start, (uint)bytes.Length);
    }
}
