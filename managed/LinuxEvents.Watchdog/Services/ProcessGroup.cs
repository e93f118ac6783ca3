using System.Globalization;

namespace LinuxEvents.Watchdog;

/// <summary>
/// The processes that a service's first process has left in its group when it ended. Each is awaited by its pidfd, or where there is none
/// to be had, looked for again and again.
/// </summary>
internal static class ProcessGroup
{
    private const int NoSuchProcess = 3; // ESRCH

    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Completes when the group has no member that runs. The group's number must not have become free meanwhile.</summary>
    public static async Task WaitForEndAsync(int group, Selector selector, CancellationToken token)
    {
        while (FindMember(group) is { } member)
        {
            try
            {
                using var descriptor = PidFd.Open(member);
                using FdRegistration registration = selector.Register(descriptor.Handle, new RegistrationOptions { Trigger = TriggerMode.Edge });
                if (IsMember(member, group)) await registration.WaitAsync(PollEvents.Read, token);
            }
            catch (LinuxEventsException e) when (e.Errno == NoSuchProcess)
            {
            }
            catch (Exception e) when (e is LinuxEventsException or PlatformNotSupportedException)
            {
                await selector.DelayAsync(s_betweenLooks, token);
            }
        }
    }

    private static int? FindMember(int group)
    {
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int id) && IsMember(id, group))
                return id;
        }

        return null;
    }

    /// <summary>By <c>/proc/ID/stat</c>: "12 (name) S 1 GROUP ...", where the name may hold anything.</summary>
    private static bool IsMember(int id, int group)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ', 4);
            return fields[0] is not ("Z" or "X") && fields[2] == group.ToString(CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return false; // it has ended
        }
    }
}
