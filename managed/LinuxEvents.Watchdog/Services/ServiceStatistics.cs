using System.Diagnostics;

namespace LinuxEvents.Watchdog;

/// <summary>What the runs of one service came to.</summary>
internal sealed class ServiceStatistics(string name)
{
    public string Name { get; } = name;

    public int Starts { get; set; }

    /// <summary>How often it exited with each code.</summary>
    public SortedDictionary<int, int> ExitCodes { get; } = [];

    /// <summary>How often each signal ended it.</summary>
    public SortedDictionary<LinuxSignal, int> Signals { get; } = [];

    /// <summary>Of all runs, in user and kernel mode, with the children that they waited for.</summary>
    public TimeSpan ProcessorTime { get; private set; }

    /// <summary>
    /// The largest resident set of any run, in bytes. Until it executes its program a process shares the watchdog's memory, and the
    /// kernel counts that in: a run that needed less than the watchdog itself shows the watchdog's size.
    /// </summary>
    public long PeakMemory { get; private set; }

    /// <summary>Whether the peak is none above the watchdog's own, so that the service may have needed less.</summary>
    public bool PeakIsUpperBound
    {
        get
        {
            using var self = Process.GetCurrentProcess();
            return PeakMemory > 0 && PeakMemory <= self.PeakWorkingSet64;
        }
    }

    public void Count(ExitStatus status)
    {
        if (status.ExitCode is { } code) ExitCodes[code] = ExitCodes.GetValueOrDefault(code) + 1;
        if (status.Signal is { } signal) Signals[signal] = Signals.GetValueOrDefault(signal) + 1;
        ProcessorTime += status.UserTime + status.SystemTime;
        PeakMemory = Math.Max(PeakMemory, status.PeakMemory);
    }
}
