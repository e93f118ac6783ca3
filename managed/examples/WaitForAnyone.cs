using System.Globalization;

namespace LinuxEvents.Examples;

/// <summary>Waits for any process, whoever's child it is, without looking at it from time to time, and ends as it did, where that can be known.</summary>
internal static class WaitForAnyone
{
    public static async Task<int> Main(string[] args)
    {
        using ProcessWatch watch = ProcessWatch.Open(int.Parse(args[0], CultureInfo.InvariantCulture));
        Console.WriteLine($"waiting for {watch}");
        ExitStatus status = await watch.WaitForExitAsync();
        Console.WriteLine($"{watch} {status}");
        return status.IsKnown ? status.ToShellCode() : 1;
    }
}
