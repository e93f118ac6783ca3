namespace LinuxEvents.Tests;

/// <summary>What /proc says of processes.</summary>
internal static class ProcFs
{
    /// <summary>'R', 'S', 'Z' ...; <see langword="null"/> when there is no such process. proc_pid_stat(5)</summary>
    public static char? State(int pid) => Stat(pid)?[0][0];

    public static bool IsZombie(int pid) => State(pid) == 'Z';

    /// <summary>Whether a process is stopped, also where the sandbox traces it.</summary>
    public static bool IsStopped(int pid) => State(pid) is 'T' or 't';

    /// <summary>Whether a child has ended and waits to be reaped, which under the reaper it need not.</summary>
    public static bool HasEnded(int pid) => State(pid) is 'Z' or null;

    /// <summary>The children of this process and of its reaper, zombies too, but not the reaper itself.</summary>
    public static List<int> Children()
    {
        var children = new List<int>();
        int? reaper = ProcessSupport.ReaperProcessId;
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out int pid) && pid != reaper && Stat(pid) is { } stat
                && int.Parse(stat[1]) is var parent && (parent == Environment.ProcessId || parent == reaper))
                children.Add(pid);
        }

        return children;
    }

    /// <summary>The children that a thread of this process has started, or the reaper for it.</summary>
    public static int[] ChildrenOfThread(int tid)
    {
        string process = ProcessSupport.Mechanism == ProcessMechanism.Direct ? "self" : $"{tid = ProcessSupport.ReaperProcessId ?? 0}";
        try
        {
            return [.. File.ReadAllText($"/proc/{process}/task/{tid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return []; // It has ended, or not begun.
        }
    }

    /// <summary>A line of /proc/PID/status, without its name.</summary>
    public static string Status(string status, string name) =>
        status.Split('\n').Single(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <summary>Whether a thread of this process sleeps.</summary>
    public static bool Sleeps(int tid)
    {
        string stat = File.ReadAllText($"/proc/self/task/{tid}/stat");
        return stat[stat.LastIndexOf(')') + 2] == 'S';
    }

    /// <summary>Whether another .NET process has a pidfd of a process.</summary>
    public static bool IsOpenElsewhere(int pid)
    {
        foreach (string process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out int id) && id != Environment.ProcessId))
        {
            try
            {
                if (File.ReadAllText(process + "/comm") == "dotnet\n"
                    && Directory.GetFiles(process + "/fdinfo").Any(file => File.ReadAllText(file).Contains($"\nPid:\t{pid}\n", StringComparison.Ordinal)))
                    return true;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }

        return false;
    }

    /// <summary>The threads of a process, dead or alive.</summary>
    public static int Threads(int pid) => int.Parse(Stat(pid)![17]);

    public static int Threads() => Directory.GetDirectories("/proc/self/task").Length;

    /// <summary>The threads of this process whose names begin so.</summary>
    public static int ThreadsNamed(string name) => Directory.GetDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(task + "/comm").StartsWith(name, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    });

    /// <summary>Waits until so many threads have that name: a new one bears its maker's for a moment, and one that was joined is still there for another.</summary>
    public static void AwaitThreadsNamed(string name, int count) => Until.True(() => ThreadsNamed(name) == count, $"{count} threads named {name}");

    private static string[]? Stat(int pid)
    {
        try
        {
            // The name, in parentheses, may hold anything.
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
