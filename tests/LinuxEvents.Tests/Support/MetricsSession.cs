using System.Net.Sockets;
using System.Text;

namespace LinuxEvents.Tests;

/// <summary>Listens to the metrics of another process through the runtime's diagnostic socket, as dotnet-counters does.</summary>
internal sealed class MetricsSession : IDisposable
{
    private const string Header = "DOTNET_IPC_V1\0";
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
    private readonly List<byte> _received = [];

    public MetricsSession(int processId, string meter)
    {
        // A process of the same number may have left its own.
        string path = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{processId}-*-socket").MaxBy(File.GetLastWriteTimeUtc)!;
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload);
        writer.Write(16); // MiB of buffer
        writer.Write(1); // nettrace
        writer.Write(false); // no rundown
        writer.Write(1); // one provider
        writer.Write(2L); // values of time series
        writer.Write(4); // informational
        Write(writer, "System.Diagnostics.Metrics");
        Write(writer, $"SessionId=one;Metrics={meter};RefreshInterval=1;MaxTimeSeries=1000;MaxHistograms=10");
        using var request = new MemoryStream();
        using var header = new BinaryWriter(request);
        header.Write(Encoding.ASCII.GetBytes(Header));
        header.Write((ushort)(Header.Length + 6 + payload.Length));
        header.Write((ushort)0x0302); // EventPipe, CollectTracing2
        header.Write((ushort)0);
        header.Write(payload.ToArray());
        _socket.Send(request.ToArray());
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Waits until an instrument is told of.</summary>
    public void Await(string instrument)
    {
        byte[] wanted = Encoding.Unicode.GetBytes(instrument), buffer = new byte[65536];
        while (_received.ToArray().AsSpan().IndexOf(wanted) < 0)
        {
            int count = _socket.Receive(buffer);
            Assert.NotEqual(0, count);
            _received.AddRange(buffer.AsSpan(0, count));
        }
    }

    private static void Write(BinaryWriter writer, string text)
    {
        writer.Write(text.Length + 1);
        writer.Write(Encoding.Unicode.GetBytes(text + "\0"));
    }
}
