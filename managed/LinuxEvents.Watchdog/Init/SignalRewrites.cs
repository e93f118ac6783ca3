namespace LinuxEvents.Watchdog;

/// <summary>As what signals are passed on.</summary>
internal sealed class SignalRewrites
{
    public const string Expected = "is not of the form FROM:TO, with signals such as SIGTERM, TERM or 15, and perhaps 0 for TO";

    /// <summary>The kernel lets these not stop a process group whose leader's parent is in another session.</summary>
    private readonly Dictionary<LinuxSignal, LinuxSignal> _targets = new()
    {
        [LinuxSignal.SIGTSTP] = LinuxSignal.SIGSTOP,
        [LinuxSignal.SIGTTIN] = LinuxSignal.SIGSTOP,
        [LinuxSignal.SIGTTOU] = LinuxSignal.SIGSTOP,
    };

    /// <param name="texts">Each of which <see cref="TryParse"/> understands.</param>
    public SignalRewrites(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            if (TryParse(text, out LinuxSignal from, out LinuxSignal to)) _targets[from] = to;
        }
    }

    /// <summary>As what it is passed on; <see cref="LinuxSignal.None"/>: not at all.</summary>
    public LinuxSignal Of(LinuxSignal signal) => _targets.GetValueOrDefault(signal, signal);

    public static bool TryParse(string text, out LinuxSignal from, out LinuxSignal to)
    {
        (from, to) = (default, default);
        return text.Split(':') is [string first, string second]
            && SignalName.TryParse(first, out from)
            && (second == "0" || SignalName.TryParse(second, out to));
    }
}
