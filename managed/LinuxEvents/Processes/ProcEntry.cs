using System.Globalization;
using System.Text;
using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What /proc says of a process, or of its zombie. proc_pid_stat(5)</summary>
/// <param name="State">'R', 'S', 'Z' (a zombie) ...</param>
/// <param name="Threads">How many threads it has, the first among them, dead or alive.</param>
/// <param name="WaitStatus">Of one that has ended, as wait(2) gives it; 0 where it may not be read.</param>
/// <param name="ProcessGroup">The number of its group.</param>
/// <param name="Session">The number of its session.</param>
/// <param name="StartTime">When it began, in milliseconds since the machine did, rounded down to <see cref="Resolution"/>.</param>
internal readonly record struct ProcEntry(char State, int Threads, int WaitStatus, int ProcessGroup, int Session, long StartTime)
{
    /// <summary>How far <see cref="StartTime"/> may be before the true one, in milliseconds. USER_HZ is 100.</summary>
    public const int Resolution = 10;

    /// <summary>Whether the process has ended: a first thread that ends before the others is shown as a zombie, too.</summary>
    public bool HasEnded => State is 'Z' or 'X' && Threads <= 1;

    /// <summary>Reads the entry in a directory: <c>/proc/PID</c>, or what leads to it.</summary>
    /// <returns>0; ENOENT or ESRCH when the process was reaped; another errno value when there is no saying.</returns>
    public static int TryRead(string directory, out ProcEntry entry)
    {
        entry = default;
        int error = TryReadText(directory + "/stat", out string text);
        if (error != 0)
            return error;

        // The second field, the name in parentheses, may hold anything; the third follows its last parenthesis.
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 50)
            return Errno.EIO;
        entry = new ProcEntry(fields[0][0], Number(fields[17]), Number(fields[49]), Number(fields[2]), Number(fields[3]),
            long.Parse(fields[19], CultureInfo.InvariantCulture) * Resolution);
        return 0;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>The exit status that the entry of an ended process tells, if this process may read it.</summary>
    public static bool TryGetStatus(string directory, out ExitStatus status)
    {
        status = default;
        if (TryRead(directory, out ProcEntry entry) != 0 || !entry.HasEnded)
            return false;
        // To those who may not read it the status is 0, as if it were success. Who may, gets as far as that a zombie has no program.
        if (entry.WaitStatus == 0 && TryReadText(directory + "/exe", out _) != Errno.ENOENT)
            return false;
        status = ExitStatus.FromWaitStatus(entry.WaitStatus);
        return true;
    }

    /// <summary>The process that a pidfd stands for, by the number that /proc has for it; <see langword="null"/> when it has none.</summary>
    public static int? NumberOf(SafePidFdHandle pidFd)
    {
        using var reference = new DescriptorReference(pidFd);
        if (TryReadText($"/proc/self/fdinfo/{reference.Number}", out string text) != 0)
            return null;
        const string Label = "\nPid:";
        int start = text.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        int end = start < Label.Length ? -1 : text.IndexOf('\n', start);
        return end > 0 && int.TryParse(text.AsSpan(start, end - start), NumberStyles.Integer, CultureInfo.InvariantCulture, out int id) && id > 0 ? id : null;
    }

    /// <returns>The descriptor, or a negative errno value.</returns>
    public static unsafe int Open(string path)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
            return NativeMethods.lxe_fd_open(text, NativeMethods.LXE_FD_READ, 0);
    }

    private static unsafe int TryReadText(string path, out string text)
    {
        text = "";
        int descriptor = Open(path);
        if (descriptor < 0)
            return -descriptor;
        byte* buffer = stackalloc byte[2048];
        int length = NativeMethods.lxe_fd_read(descriptor, buffer, 2048);
        _ = NativeMethods.lxe_fd_close_take(descriptor);
        if (length < 0)
            return -length;
        text = Encoding.UTF8.GetString(buffer, length);
        return 0;
    }
}
