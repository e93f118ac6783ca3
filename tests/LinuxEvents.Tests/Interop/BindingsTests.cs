using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace LinuxEvents.Tests;

/// <summary>
/// The generated bindings against abi.txt, which the native build makes of the compiler's debug information, the
/// macros of the public headers and the symbols of the linked library.
/// </summary>
public sealed class BindingsTests
{
    [Theory]
    [InlineData("struct")]
    [InlineData("field")]
    [InlineData("function")]
    [InlineData("constant")]
    public void Headers_and_bindings_agree_on_every(string subject)
    {
        // Text is char in C and byte in C#.
        var native = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "abi.txt"))
            .Select(fact => Regex.Replace(fact, @"\bchar\b", "uint8"))
            .Where(About).ToList();
        var managed = ManagedAbi.Facts().Where(About).ToList();

        Assert.NotEmpty(native);
        var differences = native.Except(managed).Select(fact => "only in C:  " + fact)
            .Concat(managed.Except(native).Select(fact => "only in C#: " + fact));
        Assert.True(native.Count == managed.Count && !differences.Any(), string.Join('\n', differences));

        bool About(string fact) => fact.StartsWith(subject + " ", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_import_is_a_plain_call()
    {
        Assert.All(ManagedAbi.Imports, method =>
        {
            var import = method.GetCustomAttribute<DllImportAttribute>()!;
            Assert.True(import is { ExactSpelling: true, PreserveSig: true, SetLastError: false }, method.Name);
            Assert.Equal(CallingConvention.Cdecl, import.CallingConvention);
            Assert.Null(method.GetCustomAttribute<SuppressGCTransitionAttribute>());
        });
    }
}
