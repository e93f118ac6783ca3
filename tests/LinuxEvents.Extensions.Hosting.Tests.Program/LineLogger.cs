using Microsoft.Extensions.Logging;

namespace LinuxEvents.Extensions.Hosting.Tests;

/// <summary>Writes what the lifetime logs, a line each.</summary>
/// <param name="fails">Whether it throws instead.</param>
internal sealed class LineLogger(bool fails) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        string line = formatter(state, exception);
        if (line.StartsWith("Stopping", StringComparison.Ordinal) || line.StartsWith("Ending", StringComparison.Ordinal)
            || line.StartsWith("Reloading", StringComparison.Ordinal))
        {
            Console.WriteLine(fails ? "no log today" : line);
            if (fails)
                throw new InvalidOperationException("no log today");
        }
    }

    public void Dispose()
    {
    }
}
