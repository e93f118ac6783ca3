using System.Collections;
using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>
/// What to start, and how. Whatever is not said here, a child does not get: no other descriptor, no blocked signal, no
/// handler. May be used for any number of children, but not be changed while one is being spawned.
/// </summary>
public sealed partial class SpawnOptions
{
    private Dictionary<string, string?>? _environment;
    private Dictionary<int, SafeHandle>? _descriptors;
    private ProgramSearch? _search;

    /// <summary>Names the program and its arguments.</summary>
    /// <param name="fileName"><see cref="FileName"/>.</param>
    /// <param name="arguments"><see cref="Arguments"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="fileName"/> is empty.</exception>
    public SpawnOptions(string fileName, params IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(arguments);
        FileName = fileName;
        Arguments = [.. arguments];
    }

    /// <summary>
    /// The program. A name with a slash is a path, relative to <see cref="WorkingDirectory"/> if it does not begin with one. Another is
    /// searched for in the directories of <c>PATH</c> as this process has it (not as <see cref="Environment"/> does), or in
    /// <c>/bin:/usr/bin</c> if it has none. A script needs a <c>#!</c> line.
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string FileName
    {
        get;
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>
    /// What the program is told that it is called, its <c>argv[0]</c>; <see langword="null"/> for <see cref="FileName"/> as it stands. A shell called
    /// <c>-sh</c> is a login shell, for example.
    /// </summary>
    public string? ArgumentZero { get; set; }

    /// <summary>The arguments, each as the program shall see it: there is no shell, and no quoting.</summary>
    public IList<string> Arguments { get; }

    /// <summary>
    /// The environment: at first a copy of this process's, made when this property is first read; if it never is, the child gets what this
    /// process has at the time of the spawn. A variable whose value is <see langword="null"/> is left out.
    /// </summary>
    public IDictionary<string, string?> Environment => _environment ??= CurrentEnvironment();

    /// <summary>
    /// Where the child starts; <see langword="null"/> for this process's directory. Found with this process's rights, not those of <see cref="User"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string? WorkingDirectory
    {
        get;
        set
        {
            if (value is not null)
                ArgumentException.ThrowIfNullOrEmpty(value);
            field = value;
        }
    }

    /// <summary>The directory where the child starts, as a descriptor, in place of <see cref="WorkingDirectory"/>. The handle stays the caller's. fchdir(2)</summary>
    public SafeHandle? WorkingDirectoryHandle { get; set; }

    /// <summary>The child's descriptor 0: this process's, <see cref="ChildStdio.Inherit"/>, by default.</summary>
    public ChildStdio StandardInput { get; set; }

    /// <summary>The child's descriptor 1: this process's, <see cref="ChildStdio.Inherit"/>, by default.</summary>
    public ChildStdio StandardOutput { get; set; }

    /// <summary>The child's descriptor 2: this process's, <see cref="ChildStdio.Inherit"/>, by default.</summary>
    public ChildStdio StandardError { get; set; }

    /// <summary>
    /// Further descriptors: the number in the child, 3 or more, and what it shall be. The handles stay the caller's, and have to stay open until
    /// the child is spawned.
    /// </summary>
    public IDictionary<int, SafeHandle> Descriptors => _descriptors ??= [];

    /// <summary>
    /// How large the window of <see cref="ChildStdio.Terminal"/> is at first; the default is unknown, which many programs take for 80 columns and 24 rows.
    /// Later: <see cref="ChildTerminal.Size"/>.
    /// </summary>
    public TerminalSize TerminalSize { get; set; }

    /// <summary>What was made of <see cref="Environment"/>; <see langword="null"/> for this process's.</summary>
    internal Dictionary<string, string?>? OwnEnvironment => _environment;

    internal Dictionary<int, SafeHandle>? OwnDescriptors => _descriptors;

    internal bool UsesTerminal => StandardInput.Kind == ChildStdioKind.Terminal || StandardOutput.Kind == ChildStdioKind.Terminal
        || StandardError.Kind == ChildStdioKind.Terminal;

    /// <summary>
    /// From now on <see cref="Environment"/> holds nothing but what is added: what this process has is not inherited. The same as clearing the
    /// dictionary, but without the copy.
    /// </summary>
    public void ClearEnvironment() => _environment = [];

    /// <summary>Where the program may be. The last search is kept, for the next spawn will be the same.</summary>
    internal ProgramSearch Search(string? path)
    {
        ProgramSearch? search = _search;
        return search is not null && search.IsFor(FileName, path) ? search : _search = new ProgramSearch(FileName, path);
    }

    private static Dictionary<string, string?> CurrentEnvironment()
    {
        var environment = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment.Add((string)variable.Key, (string?)variable.Value);
        return environment;
    }
}
