using System.Buffers;

namespace LinuxEvents.Watchdog;

/// <summary>
/// The watchdog's one stream of lines, in the order in which they came. Writing never holds up the loop: who brings many
/// lines awaits <see cref="FlushAsync"/>, which lets no more than a bounded number of bytes pile up, and so a slow reader
/// slows down the services that write.
/// </summary>
internal sealed class Output(Selector selector, Stream stream, IOutputWriter writer) : IDisposable
{
    /// <summary>So many bytes may wait before those that bring more must wait too.</summary>
    private const int Limit = 256 * 1024;

    /// <summary>So many bytes are written at once.</summary>
    private const int PieceLength = 16 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _abandoned = new();
    private ArrayBufferWriter<byte> _waiting = new();
    private ArrayBufferWriter<byte> _leaving = new();
    private TaskCompletionSource? _room;
    private Task _writing = Task.CompletedTask;
    private bool _busy;
    private long _pieces;

    /// <summary>Why nothing can be written any more, or null.</summary>
    public IOException? Error { get; private set; }

    /// <summary>Called once, when <see cref="Error"/> is set.</summary>
    public Action? Failed { get; set; }

    /// <summary>Says which names will come, before they do.</summary>
    public void Introduce(IEnumerable<string> services) => writer.Introduce(services);

    public void Line(string service, OutputStream source, ReadOnlySpan<byte> line, bool continues) =>
        writer.WriteLine(_waiting, service, source, line, continues);

    public void Report(ServiceEvent happened)
    {
        writer.WriteEvent(_waiting, happened);
        Flush();
    }

    public void Summary(IReadOnlyCollection<ServiceStatistics> services)
    {
        writer.WriteSummary(_waiting, services);
        Flush();
    }

    /// <summary>Sets everything on its way; completes when there is room for more.</summary>
    public Task FlushAsync()
    {
        Flush();
        if (_waiting.WrittenCount <= Limit) return Task.CompletedTask;
        _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _room.Task;
    }

    /// <summary>Completes when everything has left, or can't.</summary>
    public Task CompleteAsync() => _writing;

    /// <summary>From now on a reader that takes nothing for some seconds is given up, and all that is for it dropped.</summary>
    public async void Hurry()
    {
        try
        {
            while (true)
            {
                long pieces = _busy ? _pieces : -1;
                await selector.DelayAsync(s_patience, _abandoned.Token);
                if (_busy && _pieces == pieces) _abandoned.Cancel();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    public void Dispose()
    {
        _abandoned.Cancel();
        stream.Dispose();
    }

    private void Flush()
    {
        if (!_busy) _writing = WriteAsync();
    }

    private async Task WriteAsync()
    {
        _busy = true;
        while (_waiting.WrittenCount > 0)
        {
            (_waiting, _leaving) = (_leaving, _waiting);
            _room?.SetResult();
            _room = null;
            for (ReadOnlyMemory<byte> left = _leaving.WrittenMemory; left.Length > 0;)
            {
                ReadOnlyMemory<byte> piece = left[..Math.Min(left.Length, PieceLength)];
                if (Error is null && !_abandoned.IsCancellationRequested) await WritePieceAsync(piece);
                left = left[piece.Length..];
            }

            _leaving.ResetWrittenCount();
        }

        _busy = false;
    }

    private async ValueTask WritePieceAsync(ReadOnlyMemory<byte> piece)
    {
        try
        {
            await stream.WriteAsync(piece, _abandoned.Token);
            _pieces++;
        }
        catch (OperationCanceledException)
        {
        }
        catch (IOException e)
        {
            Error = e;
            Failed?.Invoke();
        }
    }
}
