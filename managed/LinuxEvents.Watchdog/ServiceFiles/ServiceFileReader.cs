using System.Text.Json;

namespace LinuxEvents.Watchdog;

/// <summary>Makes services of a parsed file and collects everything that is wrong with it.</summary>
internal sealed class ServiceFileReader(string path)
{
    private readonly List<ServiceFileError> _errors = [];

    /// <summary>In the order of their lines.</summary>
    public IReadOnlyList<ServiceFileError> Errors => [.. _errors.OrderBy(error => error.Line)];

    public IReadOnlyList<ServiceDefinition> Read(JsonNode root)
    {
        if (root.Kind != JsonTokenType.StartObject)
        {
            Add(root.Line, null, null, $"must be an object with the member 'services', but is {root.Description}");
            return [];
        }

        var members = new MemberReader(root, "", (line, member, reason) => Add(line, null, member, reason));
        JsonNode? services = members.Object("services");
        members.RejectOthers();
        if (services is null)
        {
            if (root.Members.All(member => member.Name != "services")) Add(root.Line, null, null, "lacks the member 'services'");
            return [];
        }

        if (services.Members.Count == 0) Add(services.Line, null, "services", "names no service");
        var definitions = new List<ServiceDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string name, int line, JsonNode service) in services.Members)
        {
            if (!names.Add(name)) Add(line, name, null, "is given twice");
            if (!Values.IsServiceName(name)) Add(line, name, null, Values.ServiceNameExpected);
            if (name == Values.Watchdog) Add(line, name, null, "has the name that the watchdog itself goes by");
            if (service.Kind == JsonTokenType.StartObject) definitions.Add(ReadService(name, service));
            else Add(service.Line, name, null, $"must be an object, but is {service.Description}");
        }

        return definitions;
    }

    private ServiceDefinition ReadService(string name, JsonNode node)
    {
        var members = new MemberReader(node, "", (at, member, reason) => Add(at, name, member, reason));
        var defaults = new ServiceDefinition(name, members.Command("command"));
        ServiceDefinition service = defaults with
        {
            WorkingDirectory = members.Text("cwd") is { } directory ? Absolute(directory) : null,
            Environment = members.Variables("env"),
            Restart = new RestartSettings(
                members.Keyword("restart", defaults.Restart.Policy), ReadBackoff(name, members), members.Count("maxRestarts")),
            Stop = new StopSettings(
                members.Signal("stopSignal", defaults.Stop.Signal),
                members.Duration("grace", defaults.Stop.Grace),
                members.Keyword("killMode", defaults.Stop.KillMode)),
            Drain = members.Duration("drain", defaults.Drain),
        };
        members.RejectOthers();
        return service;
    }

    private Backoff ReadBackoff(string service, MemberReader members)
    {
        Backoff defaults = Backoff.Default;
        if (members.Object("backoff") is not { } node) return defaults;
        var backoff = new MemberReader(node, "backoff.", (line, member, reason) => Add(line, service, member, reason));
        TimeSpan initial = backoff.Duration("initial", defaults.Initial);
        TimeSpan maximum = backoff.Duration("max", initial > defaults.Maximum ? initial : defaults.Maximum);
        double factor = backoff.Factor("factor", defaults.Factor);
        TimeSpan reset = backoff.Duration("reset", defaults.Reset);
        backoff.RejectOthers();
        if (maximum < initial) Add(node.Line, service, "backoff.max", "is less than backoff.initial");
        return new Backoff(initial, maximum, factor, reset);
    }

    /// <summary>A relative directory is one below the file's own.</summary>
    private string Absolute(string directory) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, directory);

    private void Add(int line, string? service, string? member, string reason) =>
        _errors.Add(new ServiceFileError(path, line, service, member, reason));
}
