using LinuxEvents.Interop;
using Microsoft.Win32.SafeHandles;

namespace LinuxEvents.Tests;

/// <summary>The descriptors of a child.</summary>
public sealed class ChildStdioTests
{
    [Fact] // CHECKLIST 61
    public void A_megabyte_goes_through_a_child_and_comes_back_twice() => TestChild.LeavesNothing(() =>
    {
        byte[] sent = new byte[1 << 20];
        new Random(3).NextBytes(sent);
        using var selector = new Selector();
        selector.RunUntilComplete(async () =>
        {
            SpawnOptions options = TestChild.Shell("tee /dev/stderr");
            options.StandardInput = options.StandardOutput = options.StandardError = ChildStdio.Pipe;
            await using ChildProcess child = ChildProcess.Spawn(options, selector);
            async Task Send()
            {
                await child.StandardInput!.WriteAsync(sent);
                child.StandardInput.Dispose();
            }

            static async Task<byte[]> Receive(FdStream from)
            {
                var received = new MemoryStream();
                await from.CopyToAsync(received);
                return received.ToArray();
            }

            Task sending = Send();
            byte[][] received = await Task.WhenAll(Receive(child.StandardOutput!), Receive(child.StandardError!));
            await sending;
            Assert.All(received, bytes => Assert.Equal(sent, bytes));
            Assert.Equal(0, (await child.WaitForExitAsync()).ExitCode);
        });
    });

    [Fact] // CHECKLIST 61
    public void A_child_that_closes_its_input_early_is_EPIPE_and_nothing_worse()
    {
        using var selector = new Selector();
        selector.RunUntilComplete(async () =>
        {
            SpawnOptions options = TestChild.Shell("exec <&-; echo closed; read line <&1");
            options.StandardInput = options.StandardOutput = ChildStdio.Pipe;
            using ChildProcess child = ChildProcess.Spawn(options, selector);
            var error = await Assert.ThrowsAsync<LinuxEventsException>(async () => await child.StandardInput!.WriteAsync(new byte[1 << 20]));
            Assert.Equal(Errno.EPIPE, error.Errno);
            byte[] line = new byte[7];
            await child.StandardOutput!.ReadExactlyAsync(line);
            Assert.Equal("closed\n"u8.ToArray(), line);
            await child.WaitForExitAsync();
        });
    }

    [Fact]
    public void The_null_device_has_nothing_to_read()
    {
        var options = TestChild.Shell("readlink /proc/self/fd/0; cat; echo lost >&2");
        options.StandardInput = options.StandardError = ChildStdio.Null;
        Assert.Equal("/dev/null\n", TestChild.Output(options));
    }

    [Fact] // CHECKLIST 60
    public void A_child_inherits_its_three_and_nothing_else()
    {
        // One that is not close-on-exec, above all others and below: neither may pass.
        using var counter = new EventFd();
        int copy = NativeMethods.lxe_fd_dup(counter.Handle.Descriptor, -1, NativeMethods.LXE_INHERIT);
        int high = NativeMethods.lxe_fd_dup(counter.Handle.Descriptor, 1000, NativeMethods.LXE_INHERIT);
        using SafeFdHandle first = new(copy, ownsHandle: true), second = new(high, ownsHandle: true);
        Assert.True(copy > 0 && high == 1000);

        // ls opens the directory, as the lowest number that is free.
        Assert.Equal(["0", "1", "2", "3"], Numbers(new SpawnOptions("ls", "/proc/self/fd")));

        var options = new SpawnOptions("ls", "/proc/self/fd") { StandardInput = ChildStdio.Pipe, StandardError = ChildStdio.Pipe };
        Assert.Equal(["0", "1", "2", "3"], Numbers(options));
        options.Descriptors[7] = counter.Handle;
        options.Descriptors[1001] = counter.Handle;
        Assert.Equal(["0", "1", "2", "3", "7", "1001"], Numbers(options));

        static IEnumerable<string> Numbers(SpawnOptions options) =>
            TestChild.Output(options).Split('\n', StringSplitOptions.RemoveEmptyEntries).OrderBy(int.Parse);
    }

    [Fact] // CHECKLIST 60
    public void Any_descriptor_serves_also_one_for_several()
    {
        string path = Path.GetTempFileName();
        using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            SpawnOptions options = TestChild.Shell("echo out; echo err >&2; echo five >&5");
            options.StandardOutput = options.StandardError = ChildStdio.FromHandle(file);
            options.Descriptors[5] = file;
            using ChildProcess child = ChildProcess.Spawn(options);
            Assert.Equal(0, child.WaitForExit().ExitCode);
            Assert.Null(child.StandardOutput);
            Assert.False(file.IsClosed);
        }

        Assert.Equal("out\nerr\nfive\n", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact] // CHECKLIST 60
    public void Descriptors_may_change_places()
    {
        using var pipe = new AnonymousPipe();
        using var other = new AnonymousPipe();
        using (SafeFdHandle one = pipe.Writer)
        using (SafeFdHandle two = other.Writer)
        {
            // Each is the other's target, and both are standard ones too.
            SpawnOptions options = TestChild.Shell(
                $"echo out; echo err >&2; echo a >/proc/self/fd/{one.Descriptor}; echo b >/proc/self/fd/{two.Descriptor}");
            options.StandardOutput = ChildStdio.FromHandle(two);
            options.StandardError = ChildStdio.FromHandle(one);
            options.Descriptors[one.Descriptor] = two;
            options.Descriptors[two.Descriptor] = one;
            using ChildProcess child = ChildProcess.Spawn(options);
            Assert.Equal(0, child.WaitForExit().ExitCode);
        }

        // They end, because nobody else has the writing ends.
        Assert.Equal("err\nb\n", ReadAll(pipe));
        Assert.Equal("out\na\n", ReadAll(other));

        static string ReadAll(AnonymousPipe from)
        {
            using var reader = new StreamReader(from.OpenReader());
            return reader.ReadToEnd();
        }
    }

    [Fact] // CHECKLIST 62
    public void The_output_goes_on_after_the_childs_end_while_a_grandchild_has_it()
    {
        using var pipe = new AnonymousPipe();
        using FdStream input = pipe.OpenWriter();
        SpawnOptions options = TestChild.Shell("cat <&3 & exit 4");
        options.StandardOutput = ChildStdio.Pipe;
        options.Descriptors[3] = pipe.Reader;
        using ChildProcess child = ChildProcess.Spawn(options);
        pipe.Reader.Dispose();
        Assert.Equal(4, child.WaitForExit().ExitCode);
        input.WriteByte(1);
        Assert.Equal(1, child.StandardOutput!.ReadByte());
        input.Dispose();
        Assert.Equal(-1, child.StandardOutput.ReadByte());
    }
}
