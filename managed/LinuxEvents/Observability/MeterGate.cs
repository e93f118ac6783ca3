using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace LinuxEvents;

/// <summary>
/// Has <see cref="SelectorMeter"/> made as soon as anybody could listen to it: once the assembly of System.Diagnostics.Metrics is
/// in the process, which every listener needs, one outside of it as well.
/// </summary>
/// <remarks>
/// The first meter of a process costs .NET some 7 ms, more than all else that the first selector does. Where the assembly is there before a
/// selector, the meter is made with that at the latest; where it comes after the first one, on the thread pool: its loader may hold locks
/// that making a meter takes. The event is subscribed to before what is loaded is looked at, so that no load is missed between the two.
/// Whoever comes while another makes the meter goes on without it: listeners are told of it meanwhile, who may wait for just that thread.
/// </remarks>
internal static class MeterGate
{
    private static int s_watched; // without an initializer, as all here: a class constructor's lock and a loader's could wait for each other
    private static int s_opened;
    private static volatile bool s_loaded;
    private static volatile bool s_open;

    /// <summary>To be called for each selector.</summary>
    public static void OnSelector()
    {
        if (s_open)
            return;
        if (Interlocked.Exchange(ref s_watched, 1) == 0)
            Watch();
        if (s_loaded)
            Open();
    }

    /// <summary>To be called for each turn.</summary>
    public static void OnTurn(string selector, long nanoseconds)
    {
        if (s_open)
            Record(selector, nanoseconds);
    }

    // Not inlined: to compile what calls SelectorMeter is to load what meters need.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Record(string selector, long nanoseconds) => SelectorMeter.Record(selector, nanoseconds / 1e9);

    private static void Watch()
    {
        AppDomain.CurrentDomain.AssemblyLoad += OnLoad;
        if (typeof(MeterGate).Assembly.IsCollectible)
            AssemblyLoadContext.GetLoadContext(typeof(MeterGate).Assembly)!.Unloading += static _ => Close();
        // NativeAOT has everything from the start; before .NET 9 a listener outside of the process has nothing loaded into it.
        if (!RuntimeFeature.IsDynamicCodeSupported || Environment.Version.Major < 9 || Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), HasMeters))
            s_loaded = true;
    }

    private static bool HasMeters(Assembly assembly) =>
        assembly.FullName?.StartsWith("System.Diagnostics.DiagnosticSource,", StringComparison.Ordinal) == true;

    private static void OnLoad(object? sender, AssemblyLoadEventArgs loaded)
    {
        if (!HasMeters(loaded.LoadedAssembly))
            return;
        s_loaded = true;
        ThreadPool.UnsafeQueueUserWorkItem(static _ => Open(), null);
    }

    private static void Open()
    {
        if (Interlocked.Exchange(ref s_opened, 1) != 0)
            return;
        AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
        s_open = true; // turns are measured as soon as there is what measures them
        Make();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Make() => SelectorMeter.Make();

    /// <summary>Lets go of what would keep an assembly in the process that is to be unloaded.</summary>
    private static void Close()
    {
        AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
        if (Interlocked.Exchange(ref s_opened, 1) != 0)
            Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Dispose() => SelectorMeter.Dispose();
}
