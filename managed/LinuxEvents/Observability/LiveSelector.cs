namespace LinuxEvents;

/// <summary>A selector that has not ended, without keeping it alive, and what it does.</summary>
internal sealed record LiveSelector(LoopActivity Activity, WeakReference<Selector> Selector)
{
    /// <summary>Its statistics; without what is outstanding if it is gone.</summary>
    public SelectorStatistics Read() => Selector.TryGetTarget(out Selector? selector) ? selector.GetStatistics() : Activity.Read();
}
