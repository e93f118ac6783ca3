using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Where a program may be, as execvp(3) sees it.</summary>
internal static class ProgramSearch
{
    // What the C library takes where PATH is not set.
    private const string DefaultPath = "/bin:/usr/bin";

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static string Path => Environment.GetEnvironmentVariable("PATH") ?? DefaultPath;

    /// <summary>A name with a slash is not searched for.</summary>
    public static bool IsPath(string fileName) => fileName.Contains('/');

    /// <summary>What the errno value alone does not say: ", which is a directory,", or nothing.</summary>
    public static string Explain(int error, string path) => error switch
    {
        Errno.EACCES when Directory.Exists(path) => ", which is a directory,",
#pragma warning disable CA1416 // Nothing here runs on Windows.
        Errno.EACCES when File.Exists(path) && (File.GetUnixFileMode(path) & AnyExecute) == 0 => ", which is not executable (chmod +x),",
#pragma warning restore CA1416
        Errno.ENOENT when File.Exists(path) => ", which exists, but the interpreter that it names (after #!, or its dynamic loader) does not,",
        Errno.ENOEXEC => ", which is no program of this machine and does not begin with #!,",
        _ => "",
    };

    /// <summary>The paths to try, in order. An empty directory in PATH is the current one, which is the child's.</summary>
    public static IEnumerable<string> Candidates(string fileName)
    {
        if (IsPath(fileName))
        {
            yield return fileName;
            yield break;
        }

        foreach (string directory in Path.Split(':'))
        {
            string candidate = directory.Length == 0 ? $"./{fileName}" : $"{directory}/{fileName}";

            // An attempt costs a process; most candidates need none. The child alone knows what a relative path leads to.
            if (candidate[0] != '/' || File.Exists(candidate))
                yield return candidate;
        }
    }
}
