using System.Diagnostics;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>
/// CHECKLIST 64. Where somebody reaps every child of this process: .NET as process 1, and the kernel where SIGCHLD is ignored at the start. Tests,
/// of other classes too, run once more in a program of that kind, with the kernel's exit information and without it, by the reaper.
/// </summary>
public sealed class StolenStatusTests
{
    [Theory]
    [InlineData("")]
    [InlineData("pidfd_exit_info")]
    public void As_process_1(string missing) => Rerun.Tests(
        [.. Rerun.Without(missing), "unshare", "--fork", "--pid", "--kill-child", "--mount-proc"],
        typeof(ManyChildrenTests),
        nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread),
        nameof(ManyChildrenTests.Children_of_Process_and_ours_do_not_take_from_each_other));

    [Theory]
    [InlineData("")]
    [InlineData("pidfd_exit_info")]
    public void With_SIGCHLD_ignored(string missing) => Rerun.Tests(
        [.. Rerun.Without(missing), "env", "--ignore-signal=CHLD"],
        typeof(ManyChildrenTests),
        nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread),
        nameof(ManyChildrenTests.One_after_the_other));

    [Theory]
    [InlineData("")]
    [InlineData("pidfd_exit_info")]
    public void With_SIGCHLD_ignored_beside_Process(string missing) => Rerun.Tests(
        [.. Rerun.Without(missing), "env", "--ignore-signal=CHLD"],
        typeof(StolenStatusTests), nameof(Ours_have_their_status_where_Process_never_learns_its_own));

    /// <summary>
    /// .NET leaves an ignored SIGCHLD ignored and learns no end by anything else: its Process waits for ever, with this library or without it. Ours, before and after
    /// and meanwhile, are told their statuses, and a watch of its child tells what .NET does not know.
    /// </summary>
    [Fact]
    public void Ours_have_their_status_where_Process_never_learns_its_own()
    {
        Assert.SkipUnless(LinuxSignals.IsIgnored(LinuxSignal.SIGCHLD), "SIGCHLD is not ignored here: run by the test before.");
        TestChild.LeavesNothing(() =>
        {
            for (int code = 0; code < 20; code++)
            {
                using ChildProcess before = ChildProcess.Spawn(TestChild.Shell($"exit {code}"));
                using ChildProcess meanwhile = ChildProcess.Spawn(TestChild.Idle);
                using Process theirs = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"read line; exit {code}"]) { RedirectStandardInput = true })!;
                using ProcessWatch? watch = ProcessSupport.IsPresent(NativeMethods.LXE_FEATURE_PIDFD_OPEN, out _) ? ProcessWatch.Open(theirs) : null;
                theirs.StandardInput.Close();
                Until.True(() => ProcFs.State(theirs.Id) is null, "the end of Process's child, which the kernel reaps");
                Assert.False(theirs.WaitForExit(TimeSpan.FromMilliseconds(1)));
                Assert.False(theirs.HasExited);
                if (watch?.WaitForExit() is { } status)
                    Assert.True(ProcessSupport.HasExitInfo ? status.ExitCode == code : !status.IsKnown, status.ToString());

                using ChildProcess after = ChildProcess.Spawn(TestChild.Shell($"exit {code}"));
                Assert.Equal(code, after.WaitForExitAsync().AsTask().Result.ExitCode);
                Assert.Equal(code, before.WaitForExit().ExitCode);
                Assert.False(meanwhile.HasExited);
                meanwhile.StandardInput!.Dispose();
                Assert.Equal(0, meanwhile.WaitForExit().ExitCode);
            }
        });
    }
}
