using System.Collections;
using System.Runtime.InteropServices;

namespace LinuxEvents;

/// <summary>
/// What to start, and how. Whatever is not said here, a child does not get: no other descriptor, no blocked signal, no
/// handler. May be used for any number of children, but not be changed while one is being spawned.
/// </summary>
public sealed class SpawnOptions
{
    private string _fileName;
    private Dictionary<string, string?>? _environment;
    private HashSet<LinuxSignal>? _blockedSignals;
    private Dictionary<int, SafeHandle>? _descriptors;

    /// <summary>Names the program and its arguments.</summary>
    /// <param name="fileName"><see cref="FileName"/>.</param>
    /// <param name="arguments"><see cref="Arguments"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="fileName"/> is empty.</exception>
    public SpawnOptions(string fileName, params IEnumerable<string> arguments)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        ArgumentNullException.ThrowIfNull(arguments);
        _fileName = fileName;
        Arguments = [.. arguments];
    }

    /// <summary>
    /// The program. A name with a slash is a path, relative to <see cref="WorkingDirectory"/> if it does not begin with one. Another is
    /// searched for in the directories of <c>PATH</c> as this process has it (not as <see cref="Environment"/> does), or in
    /// <c>/bin:/usr/bin</c> if it has none. It is the child's <c>argv[0]</c> as it stands. A script needs a <c>#!</c> line.
    /// </summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string FileName
    {
        get => _fileName;
        set
        {
            ArgumentException.ThrowIfNullOrEmpty(value);
            _fileName = value;
        }
    }

    /// <summary>The arguments, each as the program shall see it: there is no shell, and no quoting.</summary>
    public IList<string> Arguments { get; }

    /// <summary>
    /// The environment: at first a copy of this process's, made when this property is first read; if it never is, the child gets what this
    /// process has at the time of the spawn. A variable whose value is <see langword="null"/> is left out.
    /// </summary>
    public IDictionary<string, string?> Environment => _environment ??= CurrentEnvironment();

    /// <summary>Where the child starts; <see langword="null"/> for this process's directory.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>The child's descriptor 0.</summary>
    public ChildStdio StandardInput { get; set; }

    /// <summary>The child's descriptor 1.</summary>
    public ChildStdio StandardOutput { get; set; }

    /// <summary>The child's descriptor 2.</summary>
    public ChildStdio StandardError { get; set; }

    /// <summary>
    /// Further descriptors: the number in the child, 3 or more, and what it shall be. The handles stay the caller's, and have to stay open until
    /// the child is spawned.
    /// </summary>
    public IDictionary<int, SafeHandle> Descriptors => _descriptors ??= [];

    /// <summary>
    /// Start a process group of its own, which keys on the terminal don't reach and <see cref="ChildProcess.SignalGroup"/> does. setpgid(2)
    /// </summary>
    public bool NewProcessGroup { get; set; }

    /// <summary>Join this process group, of the same session; not beside <see cref="NewProcessGroup"/> or <see cref="NewSession"/>. setpgid(2)</summary>
    public int? ProcessGroup { get; set; }

    /// <summary>Start a session of its own, without a terminal, and with it a process group of its own. setsid(2)</summary>
    public bool NewSession { get; set; }

    /// <summary>The signals that the program starts with blocked; none, unless said.</summary>
    public ISet<LinuxSignal> BlockedSignals => _blockedSignals ??= [];

    internal bool LeadsProcessGroup => NewProcessGroup || NewSession;

    /// <summary>What the child's environment will be; <see cref="Environment"/> is not made for that.</summary>
    internal IDictionary EffectiveEnvironment => _environment ?? System.Environment.GetEnvironmentVariables();

    internal IReadOnlyCollection<KeyValuePair<int, SafeHandle>> EffectiveDescriptors => _descriptors ?? [];

    internal ulong SignalMask => _blockedSignals is null ? 0 : LinuxEvents.SignalMask.Of([.. _blockedSignals]);

    private static Dictionary<string, string?> CurrentEnvironment()
    {
        var environment = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment.Add((string)variable.Key, (string?)variable.Value);
        return environment;
    }
}
