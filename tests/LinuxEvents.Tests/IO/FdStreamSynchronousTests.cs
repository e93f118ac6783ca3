using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Synchronous operations: they block the thread that makes them, and need no loop.</summary>
public sealed class FdStreamSynchronousTests : FdStreamTest
{
    [Fact]
    public void Synchronous_operations_block_a_foreign_thread()
    {
        using Selector selector = Selector.Start();
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, selector, ownsHandle: false);
        byte[] sent = new byte[1 << 20];
        new Random(2).NextBytes(sent);
        var writer = new Thread(() => right.Write(sent));
        writer.Start();
        byte[] received = new byte[sent.Length];
        left.ReadExactly(received);
        writer.Join();
        Assert.Equal(sent, received);

        var echo = new Thread(() => right.WriteByte((byte)right.ReadByte()));
        echo.Start();
        left.WriteByte(200);
        Assert.Equal(200, left.ReadByte());
        echo.Join();
        TestSocketPair.Shutdown(pair.Right);
        Assert.Equal(-1, left.ReadByte());
    }

    [Fact]
    public void Synchronous_operations_are_refused_on_the_loop()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Run(() =>
            {
                Assert.Throws<InvalidOperationException>(() => reader.Read(new byte[1]));
                Assert.Throws<InvalidOperationException>(() => writer.WriteByte(1));
                writer.Flush();
                return Task.CompletedTask;
            });
        }
    }

    [Fact]
    public void No_loop_need_run()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        byte[] sent = RandomBytes(1 << 20), received = new byte[sent.Length];
        using (reader)
        using (writer)
        {
            var writing = new Thread(() => writer.Write(sent));
            writing.Start();
            reader.ReadExactly(received);
            writing.Join();
        }

        Assert.Equal(sent, received);
    }

    [Fact]
    public void Several_blocked_readers_share_what_comes()
    {
        const int Readers = 4;
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            int got = 0;
            Thread[] readers = [.. Enumerable.Range(0, Readers).Select(_ => new Thread(() => Interlocked.Add(ref got, reader.Read(new byte[1]))))];
            foreach (Thread thread in readers)
                thread.Start();
            writer.Write(new byte[Readers]);
            foreach (Thread thread in readers)
                thread.Join();
            Assert.Equal(Readers, got);
        }
    }

    [Fact]
    public void Disposing_wakes_who_is_blocked() => Descriptors.StayAsTheyWere(() =>
    {
        for (int round = 0; round < 100; round++)
        {
            using var pair = new TestSocketPair();
            var stream = new FdStream(pair.Left, Selector, ownsHandle: false);
            Exception? reading = null, writing = null;
            var reader = new Thread(() => reading = Record.Exception(() => stream.Read(new byte[1])));
            var writer = new Thread(() => writing = Record.Exception(() => stream.Write(new byte[10_000_000])));
            reader.Start();
            writer.Start();
            if (round % 2 == 0)
                Until.True(() => TestPipe.Read(pair.Right) > 0, "the first byte");
            stream.Dispose();
            reader.Join();
            writer.Join();
            Assert.IsType<ObjectDisposedException>(reading);
            Assert.IsType<ObjectDisposedException>(writing);
        }
    });

    [Fact]
    public void Timeouts_end_what_blocks()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Assert.True(reader.CanTimeout);
            Assert.Equal(Timeout.Infinite, reader.ReadTimeout);
            reader.ReadTimeout = 1;
            writer.WriteTimeout = 1;
            var error = Assert.Throws<LinuxEventsException>(() => reader.ReadByte());
            Assert.Equal((Errno.ETIMEDOUT, "read"), (error.Errno, error.Call));
            error = Assert.Throws<LinuxEventsException>(() => writer.Write(new byte[100_000]));
            Assert.Equal((Errno.ETIMEDOUT, "write"), (error.Errno, error.Call));

            // It goes on being usable.
            byte[] buffer = new byte[100_000];
            Assert.Equal(65536, reader.Read(buffer));
            writer.WriteByte(7);
            Assert.Equal(7, reader.ReadByte());
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadTimeout = 0);
            Assert.Throws<NotSupportedException>(() => reader.WriteTimeout = 1);
        }
    }

    [Fact]
    public void Synchronous_and_asynchronous_operations_mix()
    {
        using Selector selector = Selector.Start();
        (FdStream reader, FdStream writer) = MakePipe(selector: selector);
        using (reader)
        using (writer)
        {
            byte[] buffer = new byte[16];
            for (int i = 0; i < 1000; i++)
            {
                ValueTask<int> reading = reader.ReadAsync(buffer);
                writer.WriteByte(1);
                Assert.Equal(1, reading.AsTask().Result);
                var writing = new Thread(() => writer.WriteAsync(new byte[1]).AsTask().Wait());
                writing.Start();
                Assert.Equal(1, reader.Read(buffer));
                writing.Join();
            }
        }
    }
}
