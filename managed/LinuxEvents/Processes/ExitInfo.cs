using LinuxEvents.Interop;

namespace LinuxEvents;

/// <summary>What the kernel keeps of a process that somebody has reaped. PIDFD_GET_INFO, Linux 6.15</summary>
internal static class ExitInfo
{
    /// <summary>How the process ended.</summary>
    /// <param name="pidFd">The process. Its owner keeps it from being closed.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="isComing">When it is not known: whether it will be, as soon as the process is reaped.</param>
    public static unsafe bool TryGet(SafePidFdHandle pidFd, out ExitStatus status, out bool isComing)
    {
        // Twice, because the process may go while the kernel looks (ESRCH): what it left is there by then.
        int result = 0;
        for (int look = 0; look < 2; look++)
        {
            var info = new lxe_pidfd_info { size = (uint)sizeof(lxe_pidfd_info) };
            result = NativeMethods.lxe_pidfd_info(pidFd.Descriptor, &info);
            if (result == 0 && (info.valid & NativeMethods.LXE_PIDFD_INFO_EXIT) != 0)
            {
                status = ExitStatus.FromWaitStatus(info.wait_status);
                isComing = false;
                return true;
            }
        }

        isComing = result == 0 && ProcessSupport.HasExitInfo;
        status = default;
        return false;
    }
}
