namespace LinuxEvents.Tests;

/// <summary>What the tests of streams share: a selector that the test drives, and pairs of streams.</summary>
public abstract class FdStreamTest : IDisposable
{
    protected Selector Selector { get; } = new();

    public void Dispose()
    {
        Selector.Dispose();
        GC.SuppressFinalize(this);
    }

    protected (FdStream Reader, FdStream Writer) MakePipe(int capacity = 0, Selector? selector = null)
    {
        var pipe = new AnonymousPipe(capacity);
        return (pipe.OpenReader(selector ?? Selector), pipe.OpenWriter(selector ?? Selector));
    }

    protected void Run(Func<Task> main) => Selector.RunUntilComplete(main);

    /// <summary>Has the loop collect what has been reported.</summary>
    protected async Task Turn() => await Selector.DelayAsync(TimeSpan.Zero);

    protected static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
