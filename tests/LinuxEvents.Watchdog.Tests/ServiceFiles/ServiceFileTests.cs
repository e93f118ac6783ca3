using System.Text;

namespace LinuxEvents.Watchdog.Tests;

public class ServiceFileTests
{
    [Fact]
    public void Reads_every_member_in_the_order_of_the_file()
    {
        IReadOnlyList<ServiceDefinition> services = Parse("""
            {
              // Comments and trailing commas are welcome.
              "services": {
                "web": {
                  "command": ["server", "--port", "80"],
                  "cwd": "site",
                  "env": { "MODE": "test", "EMPTY": "", "GONE": null },
                  "restart": "on-failure", "maxRestarts": 5,
                  "backoff": { "initial": "250ms", "max": 4, "factor": 1.5, "reset": "1m" },
                  "stopSignal": "int", "grace": "3s", "killMode": "process", "drain": "0",
                },
                "a": { "command": ["a"] }, /* the defaults */
              },
            }
            """);
        var expected = new ServiceDefinition("web", ["server", "--port", "80"])
        {
            WorkingDirectory = "/etc/site",
            Environment = new Dictionary<string, string?> { ["MODE"] = "test", ["EMPTY"] = "", ["GONE"] = null },
            Restart = new RestartSettings(
                RestartPolicy.OnFailure,
                new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(4), 1.5, TimeSpan.FromMinutes(1)),
                5),
            Stop = new StopSettings(LinuxSignal.SIGINT, TimeSpan.FromSeconds(3), KillMode.Process),
            Drain = TimeSpan.Zero,
        };
        Assert.Equal([expected, new ServiceDefinition("a", ["a"])], services);
    }

    [Fact]
    public void A_maximum_that_is_not_given_is_never_below_the_initial_wait()
    {
        ServiceDefinition service = Parse("""{ "services": { "s": { "command": ["x"], "backoff": { "initial": "5m" } } } }""").Single();
        Assert.Equal(TimeSpan.FromMinutes(5), service.Restart.Backoff.Maximum);
    }

    [Theory]
    [InlineData("", "f.json: is empty")]
    [InlineData("\uFEFF \t\r\n", "f.json: is empty")]
    [InlineData("{", "f.json:1: is not JSON: *")]
    [InlineData("{\n\n nonsense }", "f.json:3: is not JSON: 'n' is an invalid start of a property name*")]
    [InlineData("{} {}", "f.json:1: is not JSON: *")]
    [InlineData("[]", "f.json:1: must be an object with the member 'services', but is a list")]
    [InlineData("{}", "f.json:1: lacks the member 'services'")]
    [InlineData("{\n \"services\": []}", "f.json:2: 'services' must be an object, but is a list")]
    [InlineData("{\"services\": {}}", "f.json:1: 'services' names no service")]
    [InlineData("{\"services\": {\"s\": {\"command\": [\"x\"]}},\n\"servces\": 1}", "f.json:2: 'servces' is no member that is known here (services)")]
    [InlineData("{\"services\": {\"s\": 1}}", "f.json:1: service 's': must be an object, but is a number")]
    [InlineData("{\"services\": {\"a b\": {\"command\": [\"x\"]}}}", "f.json:1: service 'a b': is no name for a service*")]
    [InlineData("{\"services\": {\"watchdog\": {\"command\": [\"x\"]}}}", "f.json:1: service 'watchdog': has the name that the watchdog itself goes by")]
    [InlineData("{\"services\": {\"s\": {\"command\": [\"x\"]},\n\"s\": {\"command\": [\"x\"]}}}", "f.json:2: service 's': is given twice")]
    public void A_malformed_file_is_refused(string text, string expected) => Assert.Equal([expected], Errors(text, expected));

    [Theory]
    [InlineData("", "f.json:1: service 's': lacks the member 'command'")]
    [InlineData("\"command\": []", "f.json:2: service 's': 'command' is empty")]
    [InlineData("\"command\": [\"\"]", "f.json:2: service 's': 'command[0]' is empty")]
    [InlineData("\"command\": \"sleep 60\"", "f.json:2: service 's': 'command' must be a list of strings, such as [\"sleep\", \"60\"], but is a string")]
    [InlineData("\"command\": [\"sleep\", 60]", "f.json:2: service 's': 'command[1]' must be a string, but is a number")]
    [InlineData("\"command\": [\"a\\u0000b\"]", "f.json:2: service 's': 'command[0]' holds a NUL character")]
    [InlineData("\"command\": [\"x\"], \"command\": [\"y\"]", "f.json:2: service 's': 'command' is given twice")]
    [InlineData("\"command\": [\"x\"], \"comand\": 1", "f.json:2: service 's': 'comand' is no member that is known here (command, cwd, *")]
    [InlineData("\"command\": [\"x\"], \"cwd\": \"\"", "f.json:2: service 's': 'cwd' is empty")]
    [InlineData("\"command\": [\"x\"], \"env\": [\"A=B\"]", "f.json:2: service 's': 'env' must be an object, but is a list")]
    [InlineData("\"command\": [\"x\"], \"env\": {\"A\": 1}", "f.json:2: service 's': 'env.A' must be a string, but is a number")]
    [InlineData("\"command\": [\"x\"], \"env\": {\"A=B\": \"\"}", "f.json:2: service 's': 'env.A=B' is no name for an environment variable")]
    [InlineData("\"command\": [\"x\"], \"env\": {\"A\": \"\", \"A\": \"\"}", "f.json:2: service 's': 'env.A' is given twice")]
    [InlineData("\"command\": [\"x\"], \"restart\": \"sometimes\"", "f.json:2: service 's': 'restart' (\"sometimes\") is none of never, on-failure, always")]
    [InlineData("\"command\": [\"x\"], \"restart\": true", "f.json:2: service 's': 'restart' (true or false) is none of never, on-failure, always")]
    [InlineData("\"command\": [\"x\"], \"maxRestarts\": -1", "f.json:2: service 's': 'maxRestarts' (-1) is not a whole number from 0 to 2147483647")]
    [InlineData("\"command\": [\"x\"], \"maxRestarts\": 1.5", "f.json:2: service 's': 'maxRestarts' (1.5) is not a whole number from 0 to 2147483647")]
    [InlineData("\"command\": [\"x\"], \"grace\": \"10 parsecs\"", "f.json:2: service 's': 'grace' (\"10 parsecs\") is not a time *")]
    [InlineData("\"command\": [\"x\"], \"drain\": null", "f.json:2: service 's': 'drain' (null) is not a time *")]
    [InlineData("\"command\": [\"x\"], \"stopSignal\": \"SIGNOT\"", "f.json:2: service 's': 'stopSignal' (\"SIGNOT\") is not a signal *")]
    [InlineData("\"command\": [\"x\"], \"killMode\": \"cgroup\"", "f.json:2: service 's': 'killMode' (\"cgroup\") is none of group, process")]
    [InlineData("\"command\": [\"x\"], \"backoff\": 1", "f.json:2: service 's': 'backoff' must be an object, but is a number")]
    [InlineData("\"command\": [\"x\"], \"backoff\": {\"factor\": 0}", "f.json:2: service 's': 'backoff.factor' (0) is not a number from 1 to 1000")]
    [InlineData("\"command\": [\"x\"], \"backoff\": {\"initial\": \"2s\", \"max\": \"1s\"}", "f.json:2: service 's': 'backoff.max' is less than backoff.initial")]
    [InlineData("\"command\": [\"x\"], \"backoff\": {\"first\": 1}", "f.json:2: service 's': 'backoff.first' is no member that is known here (initial, max, factor, reset)")]
    public void A_wrong_member_is_named_with_its_line_and_the_reason(string members, string expected) =>
        Assert.Equal([expected], Errors($"{{ \"services\": {{ \"s\": {{\n{members} }} }} }}", expected));

    [Fact]
    public void All_errors_are_told_at_once_in_the_order_of_their_lines()
    {
        string[] errors = Errors("""
            {
              "version": 3,
              "services": {
                "a": { "comand": ["x"] },
                "b": {
                  "command": ["x"],
                  "grace": "soon",
                  "restart": 1
                }
              }
            }
            """);
        Assert.Collection(
            errors,
            error => Assert.StartsWith("f.json:2: 'version' is no member", error),
            error => Assert.Equal("f.json:4: service 'a': lacks the member 'command'", error),
            error => Assert.StartsWith("f.json:4: service 'a': 'comand' is no member", error),
            error => Assert.StartsWith("f.json:7: service 'b': 'grace' (\"soon\")", error),
            error => Assert.StartsWith("f.json:8: service 'b': 'restart' (1)", error));
    }

    [Fact]
    public void A_file_that_is_no_text_is_refused()
    {
        ServiceFileException refused = Assert.Throws<ServiceFileException>(() => ServiceFile.Parse("f.json", [(byte)'{', 0xFF, (byte)'}']));
        Assert.Equal("f.json: is not UTF-8 text", refused.Message);
        Assert.StartsWith("f.json: is not JSON: ", Errors("""{ "services": { "\ud800": 1 } }""").Single());
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() => Assert.Single(Parse("\uFEFF{ \"services\": { \"s\": { \"command\": [\"x\"] } } }"));

    [Theory]
    [InlineData("/nowhere/f.json", "/nowhere/f.json: cannot be read: no such directory")]
    [InlineData("/etc/no-such-file.json", "/etc/no-such-file.json: cannot be read: no such file")]
    [InlineData("/etc", "/etc: is a directory")]
    [InlineData("/dev/zero", "/dev/zero: is longer than 4 MiB")]
    [InlineData("/dev/null", "/dev/null: is empty")]
    public void A_file_that_cannot_be_read_is_refused(string path, string expected) =>
        AssertMatches(expected, Assert.Throws<ServiceFileException>(() => ServiceFile.Load(path)).Message);

    private static IReadOnlyList<ServiceDefinition> Parse(string text) => ServiceFile.Parse("/etc/f.json", Encoding.UTF8.GetBytes(text));

    /// <summary>The errors of a text; one that matches the pattern is given as the pattern, to be compared with it.</summary>
    private static string[] Errors(string text, string pattern = "") =>
    [
        .. Assert.Throws<ServiceFileException>(() => ServiceFile.Parse("f.json", Encoding.UTF8.GetBytes(text))).Errors
            .Select(error => Matches(pattern, error.ToString()) ? pattern : error.ToString()),
    ];

    private static void AssertMatches(string pattern, string text) => Assert.Equal(pattern, Matches(pattern, text) ? pattern : text);

    private static bool Matches(string pattern, string text) =>
        pattern.EndsWith('*') ? text.StartsWith(pattern[..^1], StringComparison.Ordinal) : text == pattern;
}
