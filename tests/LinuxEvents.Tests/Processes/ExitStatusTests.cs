using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>What a status says.</summary>
public sealed class ExitStatusTests
{
    [Theory]
    [InlineData(0, "exited with code 0")]
    [InlineData(42, "exited with code 42")]
    [InlineData(255, "exited with code 255")]
    public void An_exit_has_a_code(int code, string text)
    {
        foreach (ExitStatus status in new[] { ExitStatus.FromWaitStatus(code << 8), From(NativeMethods.LXE_CHILD_EXITED, code) })
        {
            Assert.True(status.IsKnown);
            Assert.Equal((code, null, false, null), (status.ExitCode, status.Signal, status.CoreDumped, status.UnknownReason));
            Assert.Equal(code, status.ToShellCode());
            Assert.Equal(text, status.ToString());
        }
    }

    [Theory]
    [InlineData(9, false, "killed by SIGKILL")]
    [InlineData(11, true, "killed by SIGSEGV (core dumped)")]
    [InlineData(40, false, "killed by signal 40")]
    public void A_signal_has_a_number_and_perhaps_a_core_dump(int signal, bool dumped, string text)
    {
        ExitStatus[] both =
        [
            ExitStatus.FromWaitStatus(signal | (dumped ? 0x80 : 0)),
            From(dumped ? NativeMethods.LXE_CHILD_DUMPED : NativeMethods.LXE_CHILD_KILLED, signal),
        ];
        foreach (ExitStatus status in both)
        {
            Assert.True(status.IsKnown);
            Assert.Equal((null, (LinuxSignal)signal, dumped), (status.ExitCode, status.Signal, status.CoreDumped));
            Assert.Equal(128 + signal, status.ToShellCode());
            Assert.Equal(text, status.ToString());
        }
    }

    [Fact]
    public void What_is_not_known_has_a_reason_and_no_number()
    {
        foreach (ExitStatus status in new[] { ExitStatus.Unknown("nobody told"), default })
        {
            Assert.False(status.IsKnown);
            Assert.NotEmpty(status.UnknownReason!);
            Assert.Equal((null, null, false, false), (status.ExitCode, status.Signal, status.CoreDumped, status.HasUsage));
            Assert.Throws<InvalidOperationException>(() => status.ToShellCode());
        }

        Assert.Equal("ended with an unknown status: nobody told", ExitStatus.Unknown("nobody told").ToString());
    }

    [Fact]
    public void Usage_is_told_where_it_is_known()
    {
        ExitStatus status = ExitStatus.From(new lxe_pidfd_status
        {
            code = NativeMethods.LXE_CHILD_EXITED, user_time = 1_500_000_000, system_time = 2_000, max_rss = 4096,
        });
        Assert.True(status.HasUsage);
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromMicroseconds(2), 4096), (status.UserTime, status.SystemTime, status.PeakMemory));
        Assert.False(ExitStatus.FromWaitStatus(0).HasUsage);
    }

    private static ExitStatus From(int code, int status) => ExitStatus.From(new lxe_pidfd_status { code = code, status = status });
}
