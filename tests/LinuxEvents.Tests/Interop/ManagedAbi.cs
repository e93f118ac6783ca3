using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>The C ABI as reflection finds it in the bindings, in the words of cmake/dump-abi.sh: one fact a line.</summary>
internal static class ManagedAbi
{
    private static readonly Dictionary<Type, string> _kinds = new()
    {
        [typeof(void)] = "void",
        [typeof(sbyte)] = "int8",
        [typeof(byte)] = "uint8",
        [typeof(short)] = "int16",
        [typeof(ushort)] = "uint16",
        [typeof(int)] = "int32",
        [typeof(uint)] = "uint32",
        [typeof(long)] = "int64",
        [typeof(ulong)] = "uint64",
        [typeof(nuint)] = "uintptr",
    };

    /// <summary>Every function of the library that the assembly imports, wherever it says so.</summary>
    public static IEnumerable<MethodInfo> Imports =>
        from type in typeof(NativeMethods).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where method.GetCustomAttribute<DllImportAttribute>()?.Value == "linuxevents"
        select method;

    public static IEnumerable<string> Facts()
    {
        foreach (var type in Structures)
        {
            yield return $"struct {type.Name} {SizeOf(type)}";
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                yield return $"field {type.Name} {field.Name} {OffsetOf(field)} {SizeOf(field.FieldType)} {Kind(field.FieldType)}";
        }

        foreach (var method in Imports)
        {
            var name = method.GetCustomAttribute<DllImportAttribute>()!.EntryPoint;
            var parameters = string.Join(", ", method.GetParameters().Select(parameter => Kind(parameter.ParameterType)));
            yield return $"function {name} {Kind(method.ReturnType)} ({parameters})";
        }

        foreach (var constant in typeof(NativeMethods).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            yield return $"constant {constant.Name} {Kind(constant.FieldType)} {constant.GetValue(null)}";
    }

    private static IEnumerable<Type> Structures =>
        from type in typeof(NativeMethods).Assembly.GetTypes()
        where type.IsValueType && !type.IsNested && type.Name.StartsWith("lxe_", StringComparison.Ordinal)
        select type;

    private static string Kind(Type type)
    {
        if (type.IsPointer)
            return Kind(type.GetElementType()!) + "*";
        if (type.GetCustomAttribute<InlineArrayAttribute>() is { Length: var length })
            return $"{Kind(type.GetFields()[0].FieldType)}[{length}]";
        return _kinds.GetValueOrDefault(type, type.Name);
    }

    private static int SizeOf(Type type) => Evaluate(il => il.Emit(OpCodes.Sizeof, type));

    private static int OffsetOf(FieldInfo field) => Evaluate(il =>
    {
        il.DeclareLocal(field.DeclaringType!);
        il.Emit(OpCodes.Ldloca_S, 0);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Ldloca_S, 0);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Conv_I4);
    });

    /// <summary>Asks the runtime itself: Marshal tells the layout of a marshalled copy, which these types never have.</summary>
    private static int Evaluate(Action<ILGenerator> expression)
    {
        var method = new DynamicMethod("", typeof(int), null, typeof(NativeMethods).Module, skipVisibility: true);
        expression(method.GetILGenerator());
        method.GetILGenerator().Emit(OpCodes.Ret);
        return (int)method.Invoke(null, null)!;
    }
}
