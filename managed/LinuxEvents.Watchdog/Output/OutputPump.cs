namespace LinuxEvents.Watchdog;

/// <summary>Carries one stream of a process, line by line, to the output.</summary>
internal sealed class OutputPump : IDisposable
{
    /// <summary>A longer line comes in parts.</summary>
    public const int LineLimit = 64 * 1024;

    /// <summary>No pipe holds more bytes than this.</summary>
    private const int PipeLimit = 1024 * 1024;

    private readonly Stream _stream;
    private readonly LineSplitter _lines;
    private readonly Output _output;
    private readonly CancellationTokenSource _closing = new();

    public OutputPump(string service, OutputStream source, Stream stream, Output output)
    {
        _stream = stream;
        _output = output;
        _lines = new LineSplitter(LineLimit, (line, continues) => output.Line(service, source, line, continues));
        Ended = CopyAsync();
    }

    /// <summary>Completes when the last line is with the output.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Ends it although another process may hold the stream open: what is in the pipe already is still read. Call it after the
    /// process that mattered has ended.
    /// </summary>
    public void Close() => _closing.Cancel();

    public void Dispose()
    {
        _stream.Dispose();
        _closing.Dispose();
    }

    private async Task CopyAsync()
    {
        var buffer = new byte[16 * 1024];
        int count;
        for (int left = PipeLimit; left > 0 && (count = await ReadAsync(buffer)) > 0;)
        {
            _lines.Append(buffer.AsSpan(0, count));
            await _output.FlushAsync();
            if (_closing.IsCancellationRequested) left -= count;
        }

        _lines.Finish();
        await _output.FlushAsync();
    }

    /// <returns>0 at the end of the stream, and when it is closing and has nothing more at hand.</returns>
    private async ValueTask<int> ReadAsync(byte[] buffer)
    {
        if (!_closing.IsCancellationRequested)
        {
            try
            {
                return await _stream.ReadAsync(buffer, _closing.Token);
            }
            catch (OperationCanceledException)
            {
                return 0; // a read that waits has found the pipe empty
            }
        }

        ValueTask<int> read = _stream.ReadAsync(buffer);
        if (!read.IsCompleted) _stream.Dispose();
        try
        {
            return await read;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
    }
}
