using System.Buffers;

namespace LinuxEvents;

/// <summary>A write that has to wait. It has the line until it is over.</summary>
internal sealed class FdWriteOperation(FdWriter writer) : FdOperation(writer)
{
    private ReadOnlySequence<byte> _rest;

    protected override int Result => 0;

    public ValueTask Start(in ReadOnlySequence<byte> rest, CancellationToken token)
    {
        _rest = rest;
        Start(token);
        return new ValueTask(this, Version);
    }

    protected override bool TryTransfer() => writer.TryWrite(ref _rest);

    protected override void End() => writer.Leave();

    protected override void Recycle()
    {
        _rest = default;
        writer.Return(this);
    }
}
