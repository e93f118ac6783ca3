using System.IO.Pipelines;

namespace LinuxEvents.Tests;

/// <summary>The steady state of streams and pipes allocates nothing.</summary>
public sealed class FdStreamAllocationTests : FdStreamTest
{
    /// <summary>At most so many bytes: the state machine of the rounds themselves, once.</summary>
    private const long StateMachine = 1000;

    private readonly byte[] _bytes = new byte[16];

    [Fact]
    public void Reads_that_wait() => AllocatesNothing(async (reader, writer, count) =>
    {
        for (int i = 0; i < count; i++)
        {
            ValueTask<int> reading = reader.ReadAsync(_bytes);
            await writer.WriteAsync(_bytes);
            if (await reading != 16)
                Assert.Fail("a short read");
        }
    });

    [Fact]
    public void Reads_that_wait_with_a_token()
    {
        using var cancellation = new CancellationTokenSource();
        AllocatesNothing(async (reader, writer, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask<int> reading = reader.ReadAsync(_bytes, cancellation.Token);
                await writer.WriteAsync(_bytes, cancellation.Token);
                await reading;
            }
        });
    }

    [Fact]
    public void Writes_that_wait()
    {
        byte[] much = new byte[10_000];
        AllocatesNothing(async (reader, writer, count) =>
        {
            for (int i = 0; i < count; i++)
            {
                ValueTask writing = writer.WriteAsync(much);
                if (writing.IsCompleted)
                    Assert.Fail("There was room.");
                for (int got = 0; got < much.Length;)
                    got += await reader.ReadAsync(much);
                await writing;
            }
        });
    }

    [Fact]
    public void Lines_through_pipelines()
    {
        PipeReader? input = null;
        PipeWriter? output = null;
        AllocatesNothing(async (reader, writer, count) =>
        {
            input ??= reader.CreatePipeReader();
            output ??= writer.CreatePipeWriter();
            for (int i = 0; i < count; i++)
            {
                ValueTask<ReadResult> reading = input.ReadAsync();
                "a line\n"u8.CopyTo(output.GetSpan(7));
                output.Advance(7);
                await output.FlushAsync();
                ReadResult result = await reading;
                if (result.Buffer.Length != 7)
                    Assert.Fail("not the line");
                input.AdvanceTo(result.Buffer.End);
            }
        });
    }

    private void AllocatesNothing(Func<FdStream, FdStream, int, Task> rounds)
    {
        (FdStream reader, FdStream writer) = MakePipe(4096);
        using (reader)
        using (writer)
        {
            Run(async () =>
            {
                // The steady state is what counts: the runtime may still compile, and grow what it keeps, when the first rounds are over.
                long allocated = long.MaxValue;
                for (int batch = 0; batch < 20 && allocated > StateMachine; batch++)
                {
                    if (batch > 0)
                        Compiler.Rest();
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    await rounds(reader, writer, 1000);
                    allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                }

                Assert.InRange(allocated, 0, StateMachine);
            });
        }
    }
}
