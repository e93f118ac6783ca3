using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace LinuxEvents.Benchmarks;

/// <summary>Single operations on the loop's thread, with what they allocate.</summary>
[MemoryDiagnoser]
public class Micro
{
    private readonly Selector _selector = new();
    private readonly Action _nothing = static () => { };
    private readonly SafeEventFdHandle[] _handles = new SafeEventFdHandle[1000];
    private EventFd _eventFd = null!;
    private FdRegistration _level = null!;
    private FdRegistration _edge = null!;

    internal static int Run(string[] arguments)
    {
        // In this process: what BenchmarkDotNet would build and start anew does not know where things lie here.
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "micro"));
        return BenchmarkSwitcher.FromTypes([typeof(Micro)]).Run(arguments.Length > 0 ? arguments : ["--filter", "*"], config).Any() ? 0 : 1;
    }

    [GlobalSetup]
    public void Setup()
    {
        _eventFd = new EventFd(1);
        _level = _selector.Register(_eventFd.Handle);
        _edge = _selector.Register(new EventFd(1).Handle, new RegistrationOptions { Trigger = TriggerMode.Edge });
        for (int i = 0; i < _handles.Length; i++)
            _handles[i] = new EventFd().Handle;
    }

    [Benchmark(OperationsPerInvoke = 1000)]
    public void LevelWait() => _selector.RunUntilComplete(async () =>
    {
        for (int i = 0; i < 1000; i++)
            await _level.WaitAsync(PollEvents.Read);
    });

    [Benchmark(OperationsPerInvoke = 1000)]
    public void EdgeWaitThatIsReady() => _selector.RunUntilComplete(async () =>
    {
        for (int i = 0; i < 1000; i++)
            await _edge.WaitAsync(PollEvents.Read);
    });

    [Benchmark(OperationsPerInvoke = 1000)]
    public void Post() => _selector.RunUntilComplete(async () =>
    {
        for (int i = 0; i < 1000; i++)
            _selector.Post(_nothing);
        await Task.Yield();
    });

    [Benchmark(OperationsPerInvoke = 1000)]
    public void Yield() => _selector.RunUntilComplete(async () =>
    {
        for (int i = 0; i < 1000; i++)
            await Task.Yield();
    });

    /// <summary>Also tells what an idle registration takes: what is allocated here lives as long as it does.</summary>
    [Benchmark(OperationsPerInvoke = 1000)]
    public void RegisterAndDispose()
    {
        FdRegistration[] registrations = new FdRegistration[_handles.Length];
        for (int i = 0; i < registrations.Length; i++)
            registrations[i] = _selector.Register(_handles[i]);
        foreach (FdRegistration registration in registrations)
            registration.Dispose();
    }
}
