namespace LinuxEvents;

/// <summary>Is called by the loop at every report of an edge-triggered registration, after those who wait: costs less than a wait of its own.</summary>
internal interface IReportListener
{
    /// <summary>The descriptor has reported. On the loop's thread.</summary>
    void OnReport(FdRegistration registration);
}
