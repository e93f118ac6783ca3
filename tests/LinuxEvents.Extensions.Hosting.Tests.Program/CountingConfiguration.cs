using Microsoft.Extensions.Configuration;

namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>Configuration that says when it is read.</summary>
internal sealed class CountingConfiguration : ConfigurationProvider, IConfigurationSource
{
    private int _reads;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() => Console.WriteLine($"read {++_reads}");
}
