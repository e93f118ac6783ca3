using LinuxEvents.Tests;

namespace LinuxEvents.Extensions.Hosting.Tests;

public class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_what_the_file_lists() => PublicApiFile.Check(typeof(LinuxEventsLifetimeOptions).Assembly);

    [Fact]
    public void The_documentation_describes_it_and_no_more() => PublicApiFile.CheckDocumentation(typeof(LinuxEventsLifetimeOptions).Assembly);
}
