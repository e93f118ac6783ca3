using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>Where a program may be, as execvp(3) sees it.</summary>
internal sealed class ProgramSearch
{
    // What the C library takes where PATH is not set.
    private const string DefaultPath = "/bin:/usr/bin";

    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string _fileName;

    /// <summary>Lists the candidates for a name.</summary>
    /// <param name="fileName">A name with a slash is not searched for.</param>
    /// <param name="path">PATH. An empty directory in it is the current one, which is the child's.</param>
    public ProgramSearch(string fileName, string? path)
    {
        _fileName = fileName;
        Path = path ?? DefaultPath;
        Candidates = IsPath(fileName)
            ? [fileName]
            : Array.ConvertAll(Path.Split(':'), directory => directory.Length == 0 ? $"./{fileName}" : $"{directory}/{fileName}");
    }

    public string Path { get; }

    /// <summary>The paths to try, in order.</summary>
    public string[] Candidates { get; }

    public static bool IsPath(string fileName) => fileName.Contains('/');

    /// <summary>Whether this is the search for a name in PATH.</summary>
    public bool IsFor(string fileName, string? path) =>
        ReferenceEquals(fileName, _fileName) && (ReferenceEquals(path ?? DefaultPath, Path) || IsPath(fileName));

    /// <summary>Whether to try a candidate: an attempt costs a process, and most need none. The child alone knows what a relative path leads to.</summary>
    public bool IsWorthTrying(string candidate) => Candidates.Length == 1 || candidate[0] != '/' || File.Exists(candidate);

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
}
