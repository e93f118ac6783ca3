using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Forks without executing a program, and lets the child try everything on its parent's selector.</summary>
/// <remarks>
/// The child has one thread and must neither collect garbage nor compile what another thread was compiling: all that it runs was run
/// before, and garbage waits.
/// </remarks>
internal static unsafe class ForkCommand
{
    /// <returns>A letter for each attempt of the child: F when it was told that it is forked, - when nothing was thrown.</returns>
    public static string Run()
    {
        using Selector own = Selector.Start();
        using var byHand = new Selector();
        using var counter = new EventFd();
        using var second = new EventFd();
        using var third = new EventFd();
        using FdRegistration registration = own.Register(counter.Handle);
        FdRegistration other = own.Register(third.Handle);
        Task<PollEvents> pending = registration.WaitAsync(PollEvents.Read).AsTask();
        Action[] attempts =
        [
            () => own.Register(second.Handle),
            () => _ = registration.WaitAsync(PollEvents.Read),
            () => _ = registration.WaitAsync(PollEvents.Read, TimeSpan.Zero),
            () => _ = own.WaitAnyAsync([new WaitTarget(registration, PollEvents.Read)], TimeSpan.Zero),
            () => own.Post(static () => { }),
            () => _ = own.DelayAsync(TimeSpan.Zero),
            () => byHand.RunOnce(TimeSpan.Zero),
            () => byHand.Run(),
            other.Dispose,
            other.Dispose,
            byHand.Dispose,
            own.Dispose,
            own.Dispose,
        ];
        Rehearse(own);

        int read, write;
        Check(NativeMethods.lxe_fd_pipe(&read, &write, 0));
        GC.TryStartNoGCRegion(1 << 20);
        int child = fork();
        if (child == 0)
        {
            foreach (Action attempt in attempts)
            {
                byte outcome = Try(attempt);
                _ = NativeMethods.lxe_fd_write(write, &outcome, 1);
            }

            _exit(0);
        }

        GC.EndNoGCRegion();
        Check(child);
        _ = NativeMethods.lxe_fd_close_take(write);
        // A child that hangs is ended, and has answered less.
        using var guard = new Timer(state => _ = kill((int)state!, 9), child, TimeSpan.FromSeconds(30), Timeout.InfiniteTimeSpan);
        string outcomes = "";
        byte letter;
        while (NativeMethods.lxe_fd_read(read, &letter, 1) == 1)
            outcomes += (char)letter;
        _ = NativeMethods.lxe_fd_close_take(read);
        int status;
        Check(waitpid(child, &status, 0));

        // The parent's set is as it was: the wait from before, a new one, and the registration that the child disposed.
        counter.Write();
        pending.Wait();
        third.Write();
        other.WaitAsync(PollEvents.Read).AsTask().Wait();
        return outcomes;
    }

    private static byte Try(Action attempt)
    {
        try
        {
            attempt();
            return (byte)'-';
        }
        catch (InvalidOperationException e)
        {
            return e.Message.Contains("forked", StringComparison.Ordinal) ? (byte)'F' : (byte)'?';
        }
        catch (Exception)
        {
            return (byte)'!';
        }
    }

    private static void Rehearse(Selector selector)
    {
        Try(() => throw new InvalidOperationException($"forked {selector.Name}"));
        foreach (MethodInfo method in ((Type[])[typeof(Selector), typeof(FdRegistration)]).SelectMany(type =>
            type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)))
        {
            if (!method.ContainsGenericParameters && !method.IsAbstract)
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }

        using var one = new Selector();
        using var counter = new EventFd();
        using (FdRegistration registration = one.Register(counter.Handle))
        {
            _ = registration.WaitAsync(PollEvents.Read, TimeSpan.Zero);
            _ = one.WaitAnyAsync([new WaitTarget(registration, PollEvents.Read)], TimeSpan.Zero);
        }

        one.RunOnce(TimeSpan.Zero);
    }

    private static void Check(int result)
    {
        if (result < 0)
            throw new InvalidProgramException($"{result}");
    }

    [DllImport("libc")]
    private static extern int fork();

    [DllImport("libc")]
    private static extern void _exit(int code);

    [DllImport("libc")]
    private static extern int waitpid(int pid, int* status, int options);

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
