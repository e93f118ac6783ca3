using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace LinuxEvents.Watchdog.Tests;

/// <summary>A terminal for a program: a pty whose other end the test reads.</summary>
internal sealed unsafe partial class Terminal : IDisposable
{
    private const nuint UnlockPty = 0x40045431; // TIOCSPTLCK
    private const nuint PtyNumber = 0x80045430; // TIOCGPTN

    private readonly FileStream _master = new("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);

    private readonly StringBuilder _text = new();

    public Terminal()
    {
        int number = 0;
        int descriptor = (int)_master.SafeFileHandle.DangerousGetHandle();
        Assert.Equal(0, ioctl(descriptor, UnlockPty, &number));
        Assert.Equal(0, ioctl(descriptor, PtyNumber, &number));
        Name = "/dev/pts/" + number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The end that the program gets.</summary>
    public string Name { get; }

    /// <summary>Types keys.</summary>
    public void Type(string keys) => _master.Write(Encoding.ASCII.GetBytes(keys));

    /// <summary>Reads until the text has come.</summary>
    public void ReadUntil(string text)
    {
        while (!_text.ToString().Contains(text, StringComparison.Ordinal)) Assert.True(Read(), $"'{text}' did not come, but only: {_text}");
    }

    /// <summary>Reads until the program has closed its end.</summary>
    /// <returns>All that was read so far.</returns>
    public string ReadToEnd()
    {
        while (Read())
        {
        }

        return _text.ToString();
    }

    private bool Read()
    {
        var buffer = new byte[4096];
        try
        {
            int count = _master.Read(buffer);
            _text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            return count > 0;
        }
        catch (IOException)
        {
            return false; // EIO: the last one has closed it
        }
    }

    public void Dispose() => _master.Dispose();

    [LibraryImport("libc")]
    private static partial int ioctl(int descriptor, nuint request, int* argument);
}
