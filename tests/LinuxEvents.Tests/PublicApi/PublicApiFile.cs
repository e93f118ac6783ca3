using System.Reflection;
using System.Xml.Linq;

namespace LinuxEvents.Tests;

/// <summary>The PublicAPI.txt beside a project. Programs were compiled against what it lists: nothing is added to it, or taken away, by accident.</summary>
internal static class PublicApiFile
{
    /// <summary>Holds an assembly against the file of the project that it is named after.</summary>
    public static void Check(Assembly assembly)
    {
        string repository = RepositoryRoot(), name = assembly.GetName().Name!;
        string file = Path.Combine(repository, "managed", name, "PublicAPI.txt");
        string expected = File.Exists(file) ? File.ReadAllText(file) : "";
        string actual = ApiText.Of(assembly);
        if (actual == expected)
            return;

        string written = Path.Combine(repository, "artifacts", $"{name}.PublicAPI.txt");
        File.WriteAllText(written, actual);
        HashSet<string> before = [.. expected.Split('\n')], after = [.. actual.Split('\n')];
        string[] changes = [.. before.Except(after).Select(line => "- " + line), .. after.Except(before).Select(line => "+ " + line)];
        Assert.Fail($"""
            The public API is not what {file} lists:
            {string.Join('\n', changes)}
            If that is meant (and after a release, if it only adds):
                cp {written} {file}
            """);
    }

    /// <summary>Holds the documentation beside an assembly against what can be used of it: every type is described, and nothing that is not public.</summary>
    public static void CheckDocumentation(Assembly assembly)
    {
        XDocument file = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml"));
        string[] described = [.. file.Descendants("member").Select(member => member.Attribute("name")!.Value)];
        Assert.DoesNotContain(assembly.GetExportedTypes(), type => !described.Contains($"T:{type.FullName}"));
        Assert.DoesNotContain(described, id => !IsPublic(assembly, id));
    }

    private static bool IsPublic(Assembly assembly, string id)
    {
        string name = id[2..].Split('(', '`')[0];
        if (id[0] == 'T')
            return assembly.GetType(name)?.IsVisible == true;
        int end = name.LastIndexOf('.');
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        return assembly.GetType(name[..end]) is { IsVisible: true } type &&
            type.GetMember(name[(end + 1)..].Replace("#ctor", ".ctor", StringComparison.Ordinal), Any).Any(member => member switch
            {
                FieldInfo field => field.IsPublic,
                PropertyInfo property => property.GetAccessors().Length > 0,
                MethodBase method => method.IsPublic || (method.IsFamily && !type.IsSealed),
                _ => member is EventInfo,
            });
    }

    /// <summary>The folder above the tests that has the solution.</summary>
    private static string RepositoryRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Interop.sln")))
            folder = Path.GetDirectoryName(folder);
        Assert.SkipWhen(folder is null, "The tests run outside the repository, away from PublicAPI.txt.");
        return folder;
    }
}
