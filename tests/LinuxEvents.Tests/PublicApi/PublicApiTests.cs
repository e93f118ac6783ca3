namespace LinuxEvents.Tests;

/// <summary>Programs were compiled against what PublicAPI.txt lists. Nothing is added to it, or taken away, by accident.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_what_the_file_lists()
    {
        string repository = RepositoryRoot();
        string file = Path.Combine(repository, "managed", "LinuxEvents", "PublicAPI.txt");
        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        string actual = ApiText.Of(typeof(Selector).Assembly);
        if (actual == expected)
            return;

        string written = Path.Combine(repository, "artifacts", "PublicAPI.txt");
        File.WriteAllText(written, actual);
        HashSet<string> before = [.. expected.Split('\n')], after = [.. actual.Split('\n')];
        string[] changes = [.. before.Except(after).Select(line => "- " + line), .. after.Except(before).Select(line => "+ " + line)];
        Assert.Fail($"""
            The public API is not what {file} lists:
            {string.Join('\n', changes)}
            If that is meant (and after a release, if it only adds):
                cp {written} {file}
            """);
    }

    /// <summary>The folder above the tests that has the solution.</summary>
    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Interop.sln")))
            folder = Path.GetDirectoryName(folder);
        Assert.SkipWhen(folder is null, "The tests run outside the repository, away from PublicAPI.txt.");
        return folder;
    }
}
