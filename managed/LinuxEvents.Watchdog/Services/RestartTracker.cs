namespace LinuxEvents.Watchdog;

/// <summary>Counts the restarts of one service and decides after each run whether another follows.</summary>
internal sealed class RestartTracker(RestartSettings settings)
{
    private int _restarts;

    public RestartDecision RunEnded(bool succeeded, TimeSpan ranFor)
    {
        if (ranFor >= settings.Backoff.Reset) _restarts = 0;
        bool wanted = settings.Policy == RestartPolicy.Always || (settings.Policy == RestartPolicy.OnFailure && !succeeded);
        if (!wanted) return default;
        if (_restarts >= settings.Limit) return new RestartDecision(0, default, LimitReached: true);
        _restarts++;
        return new RestartDecision(_restarts, settings.Backoff.DelayBefore(_restarts), LimitReached: false);
    }
}
