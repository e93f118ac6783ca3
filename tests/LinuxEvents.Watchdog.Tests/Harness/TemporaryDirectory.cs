namespace LinuxEvents.Watchdog.Tests;

/// <summary>A directory for one test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("watchdog-test-");

    public string File(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Writes a file as a whole: who reads it meanwhile sees the old one or the new one.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name + ".new"), text);
        System.IO.File.Move(File(name + ".new"), File(name), overwrite: true);
        return File(name);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
