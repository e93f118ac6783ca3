namespace LinuxEvents.Tests;

/// <summary>A control group for a test, in the hierarchy of version 2 or in the freezer's of version 1.</summary>
internal sealed class TestControlGroup : IDisposable
{
    private TestControlGroup(string path)
    {
        Path = path;
        Below = Directory.CreateDirectory(System.IO.Path.Combine(path, "below")).FullName;
    }

    public string Path { get; }

    public string Below { get; }

    /// <summary>Makes one, or skips the test where it may not.</summary>
    public static TestControlGroup Make(bool freezer)
    {
        string? root = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' ')).FirstOrDefault(
            mount => freezer ? mount[2] == "cgroup" && mount[3].Split(',').Contains("freezer") : mount[2] == "cgroup2")?[1];
        Assert.SkipWhen(root is null, $"There is no control group hierarchy {(freezer ? "of the freezer" : "of version 2")} here.");
        try
        {
            return new TestControlGroup(Directory.CreateDirectory(System.IO.Path.Combine(root, $"lxe-test-{Guid.NewGuid():N}")).FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"There may be no control group made: {e.Message}");
            throw;
        }
    }

    public static void Add(string group, int pid) => File.WriteAllText(System.IO.Path.Combine(group, "cgroup.procs"), $"{pid}");

    public void Dispose()
    {
        foreach (string group in (string[])[Below, Path])
        {
            Until.True(() => Remove(group), $"an empty control group {group}");
        }

        static bool Remove(string group)
        {
            try
            {
                Directory.Delete(group);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
