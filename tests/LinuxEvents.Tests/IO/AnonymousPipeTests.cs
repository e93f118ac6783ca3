using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Pipes without a name.</summary>
public sealed class AnonymousPipeTests : FdStreamTest
{
    [Fact]
    public void Holds_what_it_is_asked_to()
    {
        using var pipe = new AnonymousPipe();
        Assert.Equal(65536, pipe.Capacity);
        pipe.Capacity = 100_000;
        Assert.Equal(131_072, pipe.Capacity);
        pipe.Reader.Dispose();
        Assert.Equal(131_072, pipe.Capacity);
        pipe.Writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pipe.Capacity);

        using var small = new AnonymousPipe(1);
        Assert.Equal(Environment.SystemPageSize, small.Capacity);
        Assert.Throws<ArgumentOutOfRangeException>(() => small.Capacity = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => new AnonymousPipe(-1));
        using FdStream writer = small.OpenWriter(Selector);
        ValueTask writing = writer.WriteAsync(new byte[Environment.SystemPageSize]);
        Assert.True(writing.IsCompletedSuccessfully);
        small.Capacity = 2 * Environment.SystemPageSize;
        Assert.True(writer.WriteAsync(new byte[1]).IsCompletedSuccessfully);
        Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxEventsException>(() => small.Capacity = 1).Errno);
    }

    [Fact]
    public void A_refused_capacity_leaves_nothing_open() => Descriptors.StayAsTheyWere(() =>
        Assert.Contains("F_SETPIPE_SZ", Assert.Throws<LinuxEventsException>(() => new AnonymousPipe(int.MaxValue)).Message, StringComparison.Ordinal));

    [Fact]
    public void Streams_own_their_ends() => Descriptors.StayAsTheyWere(() =>
    {
        var pipe = new AnonymousPipe();
        pipe.OpenReader(Selector).Dispose();
        Assert.True(pipe.Reader.IsClosed);
        Assert.False(pipe.Writer.IsClosed);
        FdStream writer = pipe.OpenWriter(Selector);
        pipe.Dispose();
        Assert.Throws<LinuxEventsException>(() => writer.WriteByte(1));
        writer.Dispose();
    });
}
