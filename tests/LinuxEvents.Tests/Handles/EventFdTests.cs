using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>The plain eventfd.</summary>
public sealed class EventFdTests
{
    [Fact]
    public void A_read_takes_all()
    {
        using var counter = new EventFd(2);
        counter.Write(3);
        Assert.True(counter.TryRead(out ulong value));
        Assert.Equal(5UL, value);
        Assert.False(counter.TryRead(out value));
        Assert.Equal(0UL, value);
    }

    [Fact]
    public void A_read_of_a_semaphore_takes_one()
    {
        using var semaphore = new EventFd(2, semaphore: true);
        Assert.Equal(1UL, semaphore.Read());
        Assert.Equal(1UL, semaphore.Read());
        Assert.False(semaphore.TryRead(out _));
    }

    [Fact]
    public void A_full_counter_takes_no_more()
    {
        using var counter = new EventFd();
        counter.Write(ulong.MaxValue - 1);
        Assert.False(counter.TryWrite(1));
        Assert.True(counter.TryWrite(0));
        Assert.Equal(Errno.EAGAIN, Assert.Throws<LinuxEventsException>(() => counter.Write()).Errno);
        Assert.Throws<ArgumentOutOfRangeException>(() => counter.TryWrite(ulong.MaxValue));
        Assert.Equal(ulong.MaxValue - 1, counter.Read());
    }

    [Fact]
    public void A_blocking_read_is_woken_by_a_write() => Descriptors.StayAsTheyWere(() =>
    {
        const int Rounds = 1000;
        using EventFd ping = new(), pong = new();
        var echo = new Thread(() =>
        {
            for (int i = 0; i < Rounds; i++)
                pong.Write(ping.Read());
        });
        echo.Start();
        for (ulong i = 1; i <= Rounds; i++)
        {
            ping.Write(i);
            Assert.Equal(i, pong.Read());
        }

        echo.Join();
    });

    [Fact]
    public void A_disposed_counter_says_so()
    {
        var counter = new EventFd();
        counter.Dispose();
        counter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => counter.Write());
        Assert.Equal("a closed descriptor", counter.Handle.ToString());
    }
}
