namespace LinuxEvents.Tests;

/// <summary>A process that is no child of this one, but of a shell: lives until it is told to end.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly ChildProcess _parent;
    private readonly StreamReader _output;

    /// <summary>Starts several, of which each ends as its script says.</summary>
    /// <param name="script">What each does in the end; <c>$1</c> is its number, from 0 on.</param>
    /// <param name="count">How many.</param>
    /// <param name="reaped">Whether their parent reaps them; otherwise they stay zombies until <see cref="Reap"/>.</param>
    public Stranger(string script, int count = 1, bool reaped = true)
    {
        // In the background a shell's command has no input but what it is given.
        string each = $"sh -c 'read line; {script}' sh $i <&3 >&- & echo $!; i=$((i+1))";
        string end = reaped ? "exec 3<&- 0<&-; wait" : "exec 3<&-; exec sleep 1000 <&- >&-";
        SpawnOptions options = TestChild.Shell($"exec 3<&0; i=0; while [ $i -lt {count} ]; do {each}; done; echo; {end}");
        options.StandardInput = options.StandardOutput = ChildStdio.Pipe;
        _parent = ChildProcess.Spawn(options);
        _output = new StreamReader(_parent.StandardOutput!);
        var ids = new List<int>();
        while (_output.ReadLine() is { Length: > 0 } line)
            ids.Add(int.Parse(line));
        Ids = [.. ids];
        // Until it has become another program the shell may reap one that ends.
        if (!reaped)
            Until.True(() => File.ReadAllText($"/proc/{_parent.Id}/comm") == "sleep\n", "the end of the shell");
    }

    public int[] Ids { get; }

    public int Id => Ids[0];

    /// <summary>Ends all: their input ends.</summary>
    public void End() => _parent.StandardInput!.Dispose();

    /// <summary>Has the zombies reaped by whoever takes over the children of a parent that is killed.</summary>
    public void Reap()
    {
        _parent.Signal(LinuxSignal.SIGKILL);
        _parent.WaitForExit();
        Until.True(() => Ids.All(id => ProcFs.State(id) is null), "the reap");
    }

    public void Dispose()
    {
        End();
        _parent.Signal(LinuxSignal.SIGKILL);
        _parent.WaitForExit();
        _output.Dispose();
        _parent.Dispose();
    }
}
