using System.Diagnostics;

namespace LinuxEvents.Tests;

/// <summary>Many children, and other people's children.</summary>
public sealed class ManyChildrenTests
{
    [Fact] // CHECKLIST 43
    public void One_after_the_other() => TestChild.LeavesNothing(() =>
    {
        for (int code = 1; code <= 2; code++)
        {
            using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {code}"));
            Assert.Equal(code, child.WaitForExitAsync().AsTask().Result.ExitCode);
        }
    });

    [Fact] // CHECKLIST 43
    public void A_hundred_at_once_have_each_its_status_and_no_thread() => TestChild.LeavesNothing(() =>
    {
        using var selector = new Selector();
        ChildProcess[] children = [.. Enumerable.Range(0, 100).Select(code =>
        {
            SpawnOptions options = TestChild.Shell($"read line; exit {code}");
            options.StandardInput = ChildStdio.Pipe;
            return ChildProcess.Spawn(options, selector);
        })];
        Assert.InRange(ProcFs.Threads(), 1, 50);
        selector.RunUntilComplete(async () =>
        {
            Task<ExitStatus>[] waits = [.. children.Select(child => child.WaitForExitAsync().AsTask())];
            Array.ForEach(children, child => child.StandardInput!.Dispose());
            ExitStatus[] statuses = await Task.WhenAll(waits);
            Assert.Equal(Enumerable.Range(0, 100), statuses.Select(status => status.ExitCode!.Value));
            Assert.All(children, child => Assert.Null(ProcFs.State(child.Id)));
        });
        Array.ForEach(children, child => child.Dispose());
    });

    [Fact] // CHECKLIST 43
    public void A_thousand_short_ones_beside_a_thousand_long_ones_lose_no_status_and_no_line() => TestChild.LeavesNothing(() =>
    {
        using var selector = new Selector();
        using var life = new AnonymousPipe();
        var idle = new SpawnOptions("cat") { StandardInput = ChildStdio.FromHandle(life.Reader), StandardOutput = ChildStdio.Null };
        ChildProcess[] lasting = [.. Enumerable.Range(0, 1000).Select(_ => ChildProcess.Spawn(idle, selector))];
        Assert.InRange(ProcFs.Threads(), 1, 50);
        int done = 0;
        selector.RunUntilComplete(async () =>
        {
            async Task Some(int first)
            {
                for (int i = first; i < 1000; i += 10)
                {
                    SpawnOptions options = TestChild.Shell($"echo line {i}; exit {i % 256}");
                    options.StandardOutput = ChildStdio.Pipe;
                    using ChildProcess child = ChildProcess.Spawn(options, selector);
                    using var reader = new StreamReader(child.StandardOutput!);
                    Assert.Equal($"line {i}\n", await reader.ReadToEndAsync());
                    Assert.Equal(i % 256, (await child.WaitForExitAsync()).ExitCode);
                    done++;
                }
            }

            await Task.WhenAll(Enumerable.Range(0, 10).Select(Some));
            Assert.All(lasting, child => Assert.False(child.HasExited));
            life.Dispose();
            foreach (ChildProcess child in lasting)
                Assert.Equal(0, (await child.WaitForExitAsync()).ExitCode);
        });
        Array.ForEach(lasting, child => child.Dispose());
        Assert.Equal(1000, done);
    });

    [Fact] // CHECKLIST 64
    public void Children_of_Process_and_ours_do_not_take_from_each_other() => TestChild.LeavesNothing(() =>
    {
        // Both ways: theirs are reaped by .NET's handler of SIGCHLD while ours end, ours while theirs do.
        Task Theirs(int count) => Task.Run(async () =>
        {
            for (int i = 0; i < count; i++)
            {
                using Process process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exit {i}"]))!;
                await process.WaitForExitAsync();
                Assert.Equal(i, process.ExitCode);
            }
        });
        async Task Ours(int count)
        {
            for (int i = 0; i < count; i++)
            {
                using ChildProcess child = ChildProcess.Spawn(TestChild.Shell($"exit {i}"));
                Assert.Equal(i, (await child.WaitForExitAsync()).ExitCode);
            }
        }

        using ChildProcess lasting = ChildProcess.Spawn(TestChild.Idle);
        using Process theirLasting = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        Task.WaitAll(Theirs(100), Theirs(100), Task.Run(() => Ours(200)), Task.Run(() => Ours(200)));
        Assert.False(lasting.HasExited);
        Assert.False(theirLasting.HasExited);
        lasting.StandardInput!.Dispose();
        theirLasting.StandardInput.Close();
        Assert.Equal(0, lasting.WaitForExit().ExitCode);
        theirLasting.WaitForExit();
        Assert.Equal(0, theirLasting.ExitCode);
    });

    [Fact] // CHECKLIST 64
    public void A_zombie_of_ours_does_not_hold_up_Process()
    {
        TestChild.NeedsOwn();
        // A selector that is not run leaves a zombie; .NET looks at it and has to leave it.
        using var idle = new Selector();
        using ChildProcess child = ChildProcess.Spawn(TestChild.Shell("exit 9"), idle);
        Until.True(() => ProcFs.IsZombie(child.Id), "the zombie");
        for (int i = 0; i < 10; i++)
        {
            using Process process = Process.Start("/bin/sh", ["-c", $"exit {i}"]);
            process.WaitForExit();
            Assert.Equal(i, process.ExitCode);
        }

        Assert.True(ProcFs.IsZombie(child.Id));
        Assert.Equal(9, child.WaitForExit().ExitCode);
    }
}
