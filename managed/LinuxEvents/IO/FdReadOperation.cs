namespace LinuxEvents;

/// <summary>A read into a buffer that has to wait.</summary>
internal sealed class FdReadOperation(FdReader reader) : FdOperation(reader)
{
    private Memory<byte> _buffer;
    private int _count;

    protected override int Result => _count;

    public ValueTask<int> Start(Memory<byte> buffer, CancellationToken token)
    {
        _buffer = buffer;
        _count = 0;
        Start(token);
        return new ValueTask<int>(this, Version);
    }

    protected override bool TryTransfer() => _buffer.IsEmpty || (_count = reader.Read(_buffer.Span)) != FdDirection.NotReady;

    protected override void Recycle()
    {
        _buffer = default;
        reader.Return(this);
    }
}
