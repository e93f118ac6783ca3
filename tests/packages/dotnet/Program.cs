// What a stranger tries first: await a wake-up, then a child, what it prints and how it ends.
using LinuxEvents;

using var counter = new EventFd();
using FdRegistration registration = Selector.Shared.Register(counter.Handle);
ValueTask<PollEvents> readable = registration.WaitAsync(PollEvents.Read);
counter.Write(7);
await readable;
counter.TryRead(out ulong arrived);

var options = new SpawnOptions("sh", "-c", "echo hello; exit 3") { StandardOutput = ChildStdio.Pipe };
using ChildProcess child = ChildProcess.Spawn(options);
using var output = new StreamReader(child.StandardOutput!);
string said = await output.ReadToEndAsync();
ExitStatus status = await child.WaitForExitAsync();

Console.WriteLine($"{arrived} arrived; the child said {said.TrimEnd()} and exited with {status.ExitCode}");
