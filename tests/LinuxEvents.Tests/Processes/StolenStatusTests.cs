namespace LinuxEvents.Tests;

/// <summary>
/// Where somebody reaps every child of this process: .NET as process 1, and the kernel where SIGCHLD is ignored at the start. Tests of other classes,
/// run once more in a program of that kind, with the kernel's exit information and without it, by the reaper.
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

    /// <summary>Without Process, which hangs there by itself.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("pidfd_exit_info")]
    public void With_SIGCHLD_ignored(string missing) => Rerun.Tests(
        [.. Rerun.Without(missing), "env", "--ignore-signal=CHLD"],
        typeof(ManyChildrenTests),
        nameof(ManyChildrenTests.A_hundred_at_once_have_each_its_status_and_no_thread),
        nameof(ManyChildrenTests.One_after_the_other));
}
