using System.Buffers;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What a stream owns, says of itself, and leaves behind.</summary>
public sealed class FdStreamLifeTests : FdStreamTest
{
    [Fact]
    public void Disposing_ends_what_waits()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (writer)
        {
            Run(async () =>
            {
                Task<int> reading = reader.ReadAsync(new byte[1]).AsTask();
                await reader.DisposeAsync();
                await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
                await Assert.ThrowsAsync<ObjectDisposedException>(() => reader.ReadAsync(new byte[1]).AsTask());
                Assert.False(reader.CanRead);
                reader.Dispose();
            });
        }
    }

    [Fact]
    public void A_handle_that_is_not_owned_stays_open_and_blocking_as_it_was()
    {
        using var pipe = new AnonymousPipe();
        using (SafeFdHandle reader = pipe.Reader)
        {
            Assert.False(IsNonBlocking(reader));
            using (var stream = new FdStream(reader, FileAccess.Read, Selector, ownsHandle: false))
            {
                Assert.True(IsNonBlocking(reader));
                Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxEventsException>(() => new FdStream(reader, FileAccess.Read, Selector)).Errno);
                Assert.False(reader.IsClosed);
            }

            Assert.False(IsNonBlocking(reader));
        }
    }

    [Fact]
    public void Says_what_it_can_and_cannot()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        using (writer)
        {
            Assert.Equal((true, false, false), (reader.CanRead, reader.CanWrite, reader.CanSeek));
            Assert.Equal((false, true, false), (writer.CanRead, writer.CanWrite, writer.CanSeek));
            Assert.Throws<NotSupportedException>(() => reader.WriteByte(1));
            Assert.Throws<NotSupportedException>(() => writer.ReadByte());
            Assert.Throws<NotSupportedException>(() => reader.Length);
            Assert.Throws<NotSupportedException>(() => reader.Position);
            Assert.Throws<NotSupportedException>(() => reader.Seek(0, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => writer.SetLength(0));
        }

        using var none = new SafeFdHandle();
        Assert.Throws<ArgumentException>(() => new FdStream(none, FileAccess.Read, Selector));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FdStream(none, 0, Selector));
    }

    [Fact]
    public void The_older_asynchronous_pattern_works()
    {
        using Selector selector = Selector.Start();
        using var pair = new TestSocketPair();
        using var left = new FdStream(pair.Left, FileAccess.ReadWrite, selector, ownsHandle: false);
        using var right = new FdStream(pair.Right, FileAccess.ReadWrite, selector, ownsHandle: false);
        byte[] buffer = new byte[4];
        IAsyncResult reading = left.BeginRead(buffer, 1, 3, null, null);
        right.EndWrite(right.BeginWrite("abc"u8.ToArray(), 0, 3, null, null));
        Assert.Equal(3, left.EndRead(reading));
        Assert.Equal("\0abc"u8.ToArray(), buffer);
    }

    [Fact]
    public void Nothing_stays_open() => Descriptors.StayAsTheyWere(() =>
    {
        (FdStream reader, FdStream writer) = MakePipe();
        reader.Dispose();
        writer.Dispose();
    });

    [Fact]
    public void Disposing_ends_writes_too_also_those_in_line()
    {
        (FdStream reader, FdStream writer) = MakePipe();
        using (reader)
        {
            Run(async () =>
            {
                Task[] writing = [writer.WriteAsync(new byte[1 << 20]).AsTask(), writer.WriteAsync(new byte[1]).AsTask()];
                await writer.DisposeAsync();
                foreach (Task one in writing)
                    await Assert.ThrowsAsync<ObjectDisposedException>(() => one);
                Assert.Throws<ObjectDisposedException>(writer.CompleteWrites);
            });
        }
    }

    [Fact]
    public void Knows_what_the_descriptor_was_opened_for()
    {
        using var pipe = new AnonymousPipe();
        using (var reader = new FdStream(pipe.Reader, Selector, ownsHandle: false))
            Assert.Equal((true, false), (reader.CanRead, reader.CanWrite));
        using (var writer = new FdStream(pipe.Writer, Selector, ownsHandle: false))
            Assert.Equal((false, true), (writer.CanRead, writer.CanWrite));
        Assert.Throws<ArgumentException>(() => new FdStream(pipe.Reader, FileAccess.ReadWrite, Selector));
        Assert.Throws<ArgumentException>(() => new FdStream(pipe.Writer, FileAccess.Read, Selector));
        Assert.False(pipe.Reader.IsClosed || pipe.Writer.IsClosed);

        using var pair = new TestSocketPair();
        using (var both = new FdStream(pair.Left, Selector, ownsHandle: false))
            Assert.Equal((true, true), (both.CanRead, both.CanWrite));
        using (var part = new FdStream(pair.Left, FileAccess.Write, Selector, ownsHandle: false))
            Assert.Equal((false, true), (part.CanRead, part.CanWrite));

        const int PathOnly = 0x200000;
        using var place = new SafeFdHandle(Libc.open("/", PathOnly), ownsHandle: true);
        Assert.Contains("neither", Assert.Throws<ArgumentException>(() => new FdStream(place, Selector)).Message, StringComparison.Ordinal);
        using var closed = new SafeFdHandle(int.MaxValue, ownsHandle: false);
        Assert.Equal(Errno.EBADF, Assert.Throws<LinuxEventsException>(() => new FdStream(closed, Selector)).Errno);
    }

    private static bool IsNonBlocking(SafeFdHandle handle)
    {
        string flags = File.ReadAllText($"/proc/self/fdinfo/{handle.Descriptor}").Split('\n').Single(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return (Convert.ToInt32(flags[6..].Trim(), 8) & 0x800) != 0;
    }

    [Fact]
    public void A_descriptor_blocks_again_only_when_no_system_call_can_meet_it()
    {
        using var pipe = new AnonymousPipe();
        var writer = new FdStream(pipe.Writer, FileAccess.Write, Selector, ownsHandle: false);
        while (TestPipe.Write(pipe.Writer, 4096) > 0)
        {
        }

        var memory = new PinnedMemory(writer.Dispose);
        Task writing = Task.Run(() => writer.WriteAsync(TestSequence.Of(memory.Memory, 1)).AsTask());
        bool ended = Task.WhenAny(writing).Wait(TimeSpan.FromMilliseconds(Until.Patience));
        // Frees a writer that is stuck.
        TestPipe.Read(pipe.Reader, 8192);
        Assert.True(ended);
        Assert.Throws<ObjectDisposedException>(writing.GetAwaiter().GetResult);
        Assert.False(IsNonBlocking(pipe.Writer));
    }

    /// <summary>Memory that acts when it is pinned: between the look at the stream and the system call.</summary>
    private sealed class PinnedMemory(Action onPin) : MemoryManager<byte>
    {
        private readonly byte[] _bytes = new byte[2];

        public override Span<byte> GetSpan() => _bytes;

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            onPin();
            return _bytes.AsMemory(elementIndex).Pin();
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
