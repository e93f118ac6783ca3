using System.Runtime.InteropServices;
using System.Text;

namespace LinuxEvents.Examples;

/// <summary>
/// Awaits a descriptor that .NET knows nothing of: inotify(7), which tells what happens to the files of a folder. It is the same for every
/// other that poll(2) takes: make it by its system call, hand it to <see cref="FdStream"/>, read its records. For the lines of a GPIO chip that is
/// <c>ioctl(open("/dev/gpiochip0"), GPIO_V2_GET_LINE_IOCTL)</c> and <c>struct gpio_v2_line_event</c> of 48 bytes; for a keyboard or another
/// input device <c>/dev/input/event0</c>, opened by <see cref="FdStream.OpenAsync"/>, and <c>struct input_event</c> of 24 bytes (16 on 32-bit processors).
/// </summary>
internal static partial class Inotify
{
    private const int Nonblocking = 0x800, CloseOnExec = 0x80000;
    private const uint ClosedAfterWriting = 0x8, Created = 0x100, Deleted = 0x200;

    public static async Task Main(string[] args)
    {
        var inotify = new SafeFdHandle(inotify_init1(Nonblocking | CloseOnExec), ownsHandle: true);
        if (inotify.IsInvalid || inotify_add_watch((int)inotify.DangerousGetHandle(), args[0], ClosedAfterWriting | Created | Deleted) < 0)
            throw new LinuxEventsException(Marshal.GetLastPInvokeError(), "inotify", args[0]);

        await using FdStream events = new(inotify, FileAccess.Read);
        Console.WriteLine($"watching {args[0]}");
        byte[] buffer = new byte[4096];
        while (true)
        {
            int count = await events.ReadAsync(buffer);
            for (int at = 0; at < count;)
            {
                uint what = BitConverter.ToUInt32(buffer, at + 4); // struct inotify_event: wd, mask, cookie, len, name
                int length = BitConverter.ToInt32(buffer, at + 12);
                string name = Encoding.UTF8.GetString(buffer, at + 16, length).TrimEnd('\0');
                Console.WriteLine((what & Created) != 0 ? $"created {name}" : (what & Deleted) != 0 ? $"deleted {name}" : $"written {name}");
                at += 16 + length;
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(int fd, string path, uint mask);
}
