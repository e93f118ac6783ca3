using System.Diagnostics.Metrics;

namespace LinuxEvents.Tests;

/// <summary>Alone, because whoever touches it loads what meters need.</summary>
internal static class Metering
{
    /// <summary>Waits until a listener is told of the selectors' meter.</summary>
    public static string Listen()
    {
        using var published = new SemaphoreSlim(0);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Name == "linuxevents.selector.turns")
                published.Release();
        };
        listener.Start();
        published.Wait();
        return "told";
    }
}
