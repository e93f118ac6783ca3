namespace LinuxEvents.Tests;

/// <summary>One writer at a time, whoever gives up.</summary>
public sealed class WriterLineTests
{
    private readonly WriterLine _line = new();

    [Fact]
    public void Who_leaves_lets_the_next_one_in()
    {
        Assert.True(_line.TryEnter());
        Task[] others = [Stand(), Stand()];
        Assert.All(others, static other => Assert.False(other.IsCompleted));
        _line.Leave();
        Assert.Equal([true, false], others.Select(static other => other.Wait(0)));
        _line.Leave();
        Assert.True(others[1].Wait(Until.Patience));
        _line.Leave();
        AssertFree();
    }

    [Fact]
    public async Task Who_gives_up_while_another_is_there_is_not_waited_for()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.True(_line.TryEnter());
        Task other = Stand(cancellation.Token);
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        Assert.False(_line.TryEnter());
        Assert.False(_line.Wait(0));
        _line.Leave();
        AssertFree();
    }

    [Fact]
    public async Task Who_gives_up_when_it_is_its_turn_leaves_the_line_as_a_writer_does()
    {
        Assert.True(_line.TryEnter());
        Assert.False(_line.TryEnter());
        _line.Leave();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _line.WaitAsync(new CancellationToken(canceled: true)));
        AssertFree();
    }

    private Task Stand(CancellationToken token = default)
    {
        Assert.False(_line.TryEnter());
        return _line.WaitAsync(token);
    }

    /// <summary>One can enter, and no other with it.</summary>
    private void AssertFree()
    {
        Assert.True(_line.TryEnter());
        Task other = Stand();
        Assert.False(other.IsCompleted);
        _line.Leave();
        Assert.True(other.Wait(Until.Patience));
        _line.Leave();
    }
}
