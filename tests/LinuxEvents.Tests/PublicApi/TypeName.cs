using System.Reflection;

namespace LinuxEvents.Tests;

/// <summary>A type as C# writes it, with question marks where it may be null.</summary>
internal static class TypeName
{
    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(char)] = "char",
        [typeof(sbyte)] = "sbyte", [typeof(byte)] = "byte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int",
        [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type) => Of(type, null);

    public static string Of(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!, nullability);
        if (type.IsPointer)
            return Of(type.GetElementType()!, null) + "*";
        string mark = !type.IsValueType && nullability is { } known && NullabilityState.Nullable is var maybe && (known.ReadState == maybe || known.WriteState == maybe)
            ? "?" : "";
        if (type.IsArray)
            return Of(type.GetElementType()!, nullability?.ElementType) + "[]" + mark;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Of(value, null) + "?";
        if (s_keywords.TryGetValue(type, out string? keyword))
            return keyword + mark;
        string name = type.IsNested && !type.IsGenericParameter ? $"{Of(type.DeclaringType!, null)}.{Simple(type)}" : Simple(type);
        if (type.IsGenericType)
        {
            Type[] arguments = type.GetGenericArguments();
            NullabilityInfo[] inner = nullability?.GenericTypeArguments ?? [];
            name += $"<{string.Join(", ", arguments.Select((each, i) => Of(each, i < inner.Length ? inner[i] : null)))}>";
        }
        return name + mark;
    }

    /// <summary>The name without its arguments and the types around it.</summary>
    public static string Simple(Type type)
    {
        int end = type.Name.IndexOf('`', StringComparison.Ordinal);
        return end < 0 ? type.Name : type.Name[..end];
    }
}
