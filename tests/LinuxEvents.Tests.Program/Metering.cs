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

    /// <summary>Makes a selector while a listener is told of each instrument that throws then, after it has waited for another thread that makes one.</summary>
    /// <returns>How many it was told of.</returns>
    public static string Hinder()
    {
        int told = 0;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name != "LinuxEvents")
                return;
            told++;
            var other = new Thread(static () => new Selector().Dispose());
            other.Start();
            other.Join();
            throw new InvalidDataException();
        };
        listener.Start();
        new Selector().Dispose();
        return $"{told}";
    }
}
