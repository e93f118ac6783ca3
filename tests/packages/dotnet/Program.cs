// What a stranger tries first: await a descriptor.
using System.IO.Pipes;
using LinuxEvents;

using var reader = new AnonymousPipeServerStream(PipeDirection.In);
using var writer = new AnonymousPipeClientStream(PipeDirection.Out, reader.ClientSafePipeHandle);
using FdRegistration registration = Selector.Shared.Register(reader.SafePipeHandle);
ValueTask<PollEvents> readable = registration.WaitAsync(PollEvents.Read);
writer.WriteByte(7);
PollEvents events = await readable;

Console.WriteLine($"{events}: {reader.ReadByte()} arrived");
