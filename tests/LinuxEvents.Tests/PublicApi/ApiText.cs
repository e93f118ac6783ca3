using System.Globalization;
using System.Reflection;
using System.Text;

namespace LinuxEvents.Tests;

/// <summary>What other assemblies can see of one, as declarations, one a line, in an order that does not depend on the sources'.</summary>
internal static class ApiText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(TypeLine(type)).Append('\n');
            foreach (string member in Members(type).Order(StringComparer.Ordinal))
                text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    private static string TypeLine(Type type)
    {
        if (type.IsEnum)
            return $"{(type.IsDefined(typeof(FlagsAttribute)) ? "[Flags] " : "")}enum {TypeName.Of(type)} : {TypeName.Of(Enum.GetUnderlyingType(type))}";
        if (typeof(Delegate).IsAssignableFrom(type))
            return "delegate " + Method(type.GetMethod("Invoke")!, TypeName.Of(type));
        string kind = type switch
        {
            { IsInterface: true } => "interface",
            { IsValueType: true } => (type.GetCustomAttributes().Any(each => each.GetType().Name == "IsReadOnlyAttribute") ? "readonly " : "") +
                (type.IsByRefLike ? "ref " : "") + "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        IEnumerable<string> bases = type.GetInterfaces().Where(each => each.IsVisible).Select(TypeName.Of).Order(StringComparer.Ordinal);
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            bases = bases.Prepend(TypeName.Of(parent));
        string[] all = [.. bases];
        return $"{kind} {TypeName.Of(type)}{(all.Length == 0 ? "" : " : " + string.Join(", ", all))}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (FieldInfo field in type.GetFields(Declared).Where(field => IsVisible(field) && !field.IsSpecialName))
            yield return Field(field);
        foreach (ConstructorInfo constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"{Access(constructor)}{TypeName.Simple(type)}({Parameters(constructor)})";
        foreach (PropertyInfo property in type.GetProperties(Declared).Where(each => each.GetAccessors(true).Any(IsVisible)))
            yield return Property(property);
        foreach (EventInfo each in type.GetEvents(Declared).Where(each => IsVisible(each.AddMethod!)))
            yield return $"{Modifiers(each.AddMethod!)}event {TypeName.Of(each.EventHandlerType!, Nullability().Create(each))} {each.Name}";
        foreach (MethodInfo method in type.GetMethods(Declared).Where(IsVisible))
        {
            if (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
                yield return Modifiers(method) + Method(method, method.Name);
        }
    }

    private static string Field(FieldInfo field)
    {
        string access = field.IsPublic ? "" : "protected ";
        if (field.DeclaringType!.IsEnum)
            return $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
        string type = TypeName.Of(field.FieldType, Nullability().Create(field));
        return field.IsLiteral ? $"{access}const {type} {field.Name} = {Constant(field.GetRawConstantValue(), field.FieldType)}"
            : $"{access}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo shown = property.GetAccessors(true).First(IsVisible);
        string index = property.GetIndexParameters().Length == 0 ? property.Name : $"this[{Parameters(property.GetMethod ?? property.SetMethod!)}]";
        string accessors = string.Join(' ', property.GetAccessors(true).Where(IsVisible).Select(accessor =>
            (accessor.IsPublic == shown.IsPublic ? "" : Access(accessor)) +
            (accessor.ReturnType != typeof(void) ? "get;"
                : accessor.ReturnParameter.GetRequiredCustomModifiers().Any(each => each.Name == "IsExternalInit") ? "init;" : "set;")).Order(StringComparer.Ordinal));
        string required = property.GetCustomAttributes().Any(each => each.GetType().Name == "RequiredMemberAttribute") ? "required " : "";
        return $"{Modifiers(shown)}{required}{TypeName.Of(property.PropertyType, Nullability().Create(property))} {index} {{ {accessors} }}";
    }

    private static string Method(MethodInfo method, string name)
    {
        string generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(each => each.Name))}>" : "";
        return $"{TypeName.Of(method.ReturnType, Nullability().Create(method.ReturnParameter))} {name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method)
    {
        bool extends = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), false);
        return string.Join(", ", method.GetParameters().Select(parameter =>
        {
            string prefix = extends && parameter.Position == 0 ? "this "
                : parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref "
                : parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.GetCustomAttributes().Any(each => each.GetType().Name == "ParamCollectionAttribute")
                    ? "params " : "";
            string value = parameter.HasDefaultValue ? " = " + Constant(parameter.RawDefaultValue, parameter.ParameterType) : "";
            return $"{prefix}{TypeName.Of(parameter.ParameterType, Nullability().Create(parameter))} {parameter.Name}{value}";
        }));
    }

    private static string Constant(object? value, Type type) => value switch
    {
        null => type.IsValueType ? "default" : "null",
        string text => $"\"{text}\"",
        bool yes => yes ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Modifiers(MethodBase method)
    {
        string modifiers = Access(method) + (method.IsStatic ? "static " : "");
        if (method.DeclaringType!.IsInterface || !method.IsVirtual)
            return modifiers;
        if (((MethodInfo)method).GetBaseDefinition().DeclaringType != method.DeclaringType)
            return modifiers + (method.IsFinal ? "sealed override " : "override ");
        return modifiers + (method.IsAbstract ? "abstract " : method.IsFinal ? "" : "virtual ");
    }

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static bool IsVisible(MethodBase method) => method.IsPublic || IsForHeirs(method.DeclaringType!, method.IsFamily || method.IsFamilyOrAssembly);

    private static bool IsVisible(FieldInfo field) => field.IsPublic || IsForHeirs(field.DeclaringType!, field.IsFamily || field.IsFamilyOrAssembly);

    private static bool IsForHeirs(Type type, bool family) => family && !type.IsSealed;

    private static NullabilityInfoContext Nullability() => new();
}
