namespace LinuxEvents;

/// <summary>Where a program may be, as execvp(3) sees it.</summary>
internal static class ProgramSearch
{
    // What the C library takes where PATH is not set.
    private const string DefaultPath = "/bin:/usr/bin";

    public static string Path => Environment.GetEnvironmentVariable("PATH") ?? DefaultPath;

    /// <summary>A name with a slash is not searched for.</summary>
    public static bool IsPath(string fileName) => fileName.Contains('/');

    /// <summary>The paths to try, in order. An empty directory in PATH is the current one, which is the child's.</summary>
    public static IEnumerable<string> Candidates(string fileName)
    {
        if (IsPath(fileName))
        {
            yield return fileName;
            yield break;
        }

        foreach (string directory in Path.Split(':'))
        {
            string candidate = directory.Length == 0 ? $"./{fileName}" : $"{directory}/{fileName}";

            // An attempt costs a process; most candidates need none. The child alone knows what a relative path leads to.
            if (candidate[0] != '/' || File.Exists(candidate))
                yield return candidate;
        }
    }
}
