namespace LinuxEvents.Extensions.Hosting.Tests;

internal sealed class ServiceBehaviour(string[] words)
{
    public bool Is(string word) => words.Contains(word);
}
