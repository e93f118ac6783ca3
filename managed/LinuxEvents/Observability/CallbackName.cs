using System.Runtime.CompilerServices;

namespace LinuxEvents;

/// <summary>Names what a loop runs, for people: "Shop.Server.ServeAsync, which continued for descriptor 7".</summary>
/// <remarks>
/// The stack of another thread is not to be had, but what was called can be named: a delegate by its method; an async method by its
/// state machine, which the runtime keeps in a generic box whose last argument is the compiler's type for the method. What hides its
/// continuation, as Task does for those who await <c>AsTask()</c>, is named by the registration alone.
/// </remarks>
internal static class CallbackName
{
    /// <summary>Names what runs.</summary>
    /// <param name="source">A registration, the target of a posted call, or <see langword="null"/>.</param>
    /// <param name="callback">What continues or is called, if it is known.</param>
    public static string Describe(object? source, object? callback)
    {
        string? method = MethodOf(callback) ?? MethodOf(source);
        return source is not IRegistered ? method ?? "the loop itself"
            : method is null ? $"what continued for {source}"
            : $"{method}, which continued for {source}";
    }

    private static string? MethodOf(object? callback) => callback switch
    {
        null => null,
        Task { AsyncState: Delegate function } => MethodOf(function),
        Delegate { Target: { } target } when StateMachineOf(target) is { } machine => Readable(machine.ToString(), ""),
        Delegate function => Name(function),
        _ => StateMachineOf(callback) is { } machine ? Readable(machine.ToString(), "") : null,
    };

    /// <summary>The type of the state machine in the runtime's box for an async method that is suspended.</summary>
    private static Type? StateMachineOf(object box) =>
        box.GetType().GenericTypeArguments is [.., var last] && typeof(IAsyncStateMachine).IsAssignableFrom(last) ? last : null;

    private static string? Name(Delegate function)
    {
#if NET9_0_OR_GREATER
        // Also where reflection was trimmed away.
        return System.Diagnostics.DiagnosticMethodInfo.Create(function) is { } method
            ? Readable(method.DeclaringTypeName ?? "", method.Name) : null;
#else
        return Readable(function.Method.DeclaringType?.ToString() ?? "", function.Method.Name);
#endif
    }

    /// <summary>Undoes what the compiler does to names: "Shop.Server+&lt;&gt;c+&lt;&lt;Run&gt;b__3_0&gt;d" is a lambda in Shop.Server.Run.</summary>
    internal static string Readable(string type, string method)
    {
        int arguments = type.IndexOf('[', StringComparison.Ordinal);
        if (arguments >= 0)
            type = type[..arguments];
        IEnumerable<string> names = type.Split('+').Append(method)
            .Where(static name => name.Length > 0 && !name.StartsWith("<>", StringComparison.Ordinal)).Select(Source);
        return string.Join('.', names);
    }

    /// <summary>One name as it stood in the source: "&lt;Run&gt;g__Retry|3_0" is the local function Run.Retry.</summary>
    private static string Source(string name)
    {
        int close = name.LastIndexOf('>');
        if (name[0] != '<' || close < 2)
            return name;
        string outer = Source(name[1..close]), kind = name[(close + 1)..];
        return kind.StartsWith("b__", StringComparison.Ordinal) ? outer + ".lambda"
            : kind.StartsWith("g__", StringComparison.Ordinal) ? $"{outer}.{kind[3..].Split('|')[0]}"
            : outer;
    }
}
