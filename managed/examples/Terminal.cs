using System.Text;

namespace LinuxEvents.Examples;

/// <summary>Runs a shell command on a terminal made for it, 24 rows by 80 columns, and shows what it shows there.</summary>
internal static class Terminal
{
    public static async Task<int> Main(string[] args)
    {
        await using ChildProcess shell = ChildProcess.Spawn(new SpawnOptions("sh", "-c", args[0])
        {
            StandardInput = ChildStdio.Terminal,
            StandardOutput = ChildStdio.Terminal,
            StandardError = ChildStdio.Terminal,
            TerminalSize = new TerminalSize(24, 80),
        });

        // What is written is typed, what is read is shown; it ends when nobody has the terminal open any more.
        byte[] buffer = new byte[4096];
        for (int count; (count = await shell.Terminal!.Stream.ReadAsync(buffer)) > 0;)
            Console.Write(Encoding.UTF8.GetString(buffer, 0, count));
        return (await shell.WaitForExitAsync()).ToShellCode();
    }
}
