using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace LinuxEvents.Tests;

/// <summary>LinuxEvents a second time in one process, as a plugin has it.</summary>
internal static class AnotherCopy
{
    /// <summary>Uses a selector of the copy, and unloads it.</summary>
    /// <returns>Whether it is gone.</returns>
    public static string Unload()
    {
        WeakReference context = Use();
        for (int i = 0; i < 100 && context.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return $"{!context.IsAlive}";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Use()
    {
        var context = new AssemblyLoadContext("another", isCollectible: true);
        Type type = context.LoadFromAssemblyPath(typeof(Selector).Assembly.Location).GetType(typeof(Selector).FullName!)!;
        using (var selector = (IDisposable)Activator.CreateInstance(type, [null])!)
            type.GetMethod(nameof(Selector.RunOnce), [typeof(TimeSpan)])!.Invoke(selector, [TimeSpan.Zero]);
        context.Unload();
        return new WeakReference(context);
    }
}
