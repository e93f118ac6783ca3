using System.Collections;

namespace LinuxEvents;

/// <summary>Several selectors, each with a thread of its own, among which work is divided. Any thread may ask for one.</summary>
/// <remarks>
/// What is registered with one selector stays there: a group divides what begins, connections for example. To tie each loop to a processor, say so
/// by <see cref="SelectorOptions.Processors"/>: <c>SelectorGroup.Start(4, i => new SelectorOptions { Name = $"loop {i}", Processors = [i] })</c>.
/// </remarks>
public sealed class SelectorGroup : IReadOnlyList<Selector>, IDisposable
{
    private readonly Selector[] _selectors;
    private long _next = -1;

    private SelectorGroup(Selector[] selectors) => _selectors = selectors;

    /// <summary>How many selectors there are.</summary>
    public int Count => _selectors.Length;

    /// <summary>One of them.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is none of this number.</exception>
    public Selector this[int index] => (uint)index < (uint)_selectors.Length
        ? _selectors[index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} selectors.");

    /// <summary>Starts the selectors of a group: all, or none.</summary>
    /// <param name="count">How many; for loops that are busy, one for each processor.</param>
    /// <param name="options">Sets up each by its number; by default they are named "LinuxEvents 0" and so on.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="LinuxEventsException">A selector could not be started; those before it have been disposed.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static SelectorGroup Start(int count, Func<int, SelectorOptions>? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        options ??= static index => new SelectorOptions { Name = $"LinuxEvents {index}" };
        var selectors = new List<Selector>();
        try
        {
            for (int i = 0; i < count; i++)
                selectors.Add(Selector.Start(options(i)));
        }
        catch
        {
            End(selectors);
            throw;
        }

        return new SelectorGroup([.. selectors]);
    }

    /// <summary>The selectors in turn, one for each call.</summary>
    public Selector Next() => _selectors[Interlocked.Increment(ref _next) % _selectors.Length];

    /// <summary>Always the same selector for equal keys, as long as the group lives.</summary>
    /// <param name="key">Keys are divided by <see cref="object.GetHashCode"/>, which for strings differs from process to process.</param>
    /// <typeparam name="TKey">The keys' type.</typeparam>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
    public Selector For<TKey>(TKey key)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(key);

        // Numbers that are hashed to themselves are scattered, because they often share a factor with the count.
        uint scattered = (uint)key.GetHashCode() * 2654435769;
        return _selectors[(int)((ulong)scattered * (uint)_selectors.Length >> 32)];
    }

    /// <summary>The selector with the fewest registrations; of several, each in turn.</summary>
    public Selector LeastLoaded()
    {
        int start = (int)(Interlocked.Increment(ref _next) % _selectors.Length), fewest = int.MaxValue;
        Selector least = _selectors[start];
        for (int i = 0; i < _selectors.Length; i++)
        {
            Selector selector = _selectors[(start + i) % _selectors.Length];
            int registrations = selector.Registrations.Count;
            if (registrations < fewest)
                (least, fewest) = (selector, registrations);
        }

        return least;
    }

    /// <summary>
    /// Disposes all selectors, and waits for the ends of their threads; on the thread of a loop, this or another, it does not wait.
    /// </summary>
    public void Dispose() => End(_selectors);

    /// <inheritdoc/>
    public IEnumerator<Selector> GetEnumerator() => ((IEnumerable<Selector>)_selectors).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static void End(IReadOnlyCollection<Selector> selectors)
    {
        // All are told before the first is waited for, so that they end side by side, and one that is stuck holds up no other.
        foreach (Selector selector in selectors)
            selector.BeginEnd();
        foreach (Selector selector in selectors)
            selector.Dispose();
    }
}
