using System.Runtime.InteropServices;
using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>Calls that only tests need.</summary>
internal static unsafe class Libc
{
    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int mkfifo(string path, uint mode);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int open(string path, int flags);

    [DllImport("libc", CharSet = CharSet.Ansi)]
    public static extern int chmod(string path, uint mode);

    [DllImport("libc")]
    public static extern int waitpid(int pid, int* status, int options);

    /// <summary>Blocks signals in the calling thread, or lets them through again.</summary>
    public static void Block(bool block, ulong signals)
    {
        // Libc's set is 1024 bits long.
        ulong* set = stackalloc ulong[16];
        new Span<ulong>(set, 16).Clear();
        set[0] = signals;
        Assert.Equal(0, pthread_sigmask(block ? 0 : 1, set, null));
    }

    /// <summary>Sends bytes over a Unix socket, with a descriptor that travels along: nothing that is read with them is read with others.</summary>
    public static void SendDescriptor(SafeFdHandle socket, int length)
    {
        const int Rights = 1, Socket = 1;
        byte* bytes = stackalloc byte[length];
        var vector = new lxe_fd_vector { buffer = bytes, length = (nuint)length };
        var control = new Control { Length = sizeof(nint) + 12, Level = Socket, Kind = Rights, Descriptor = socket.Descriptor };
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = &control, ControlLength = sizeof(Control) };
        Assert.Equal(length, sendmsg(socket.Descriptor, &message, 0));
    }

    private struct Control
    {
        public nint Length;
        public int Level, Kind, Descriptor;
    }

    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public lxe_fd_vector* Vectors;
        public nint VectorCount;
        public Control* Control;
        public nint ControlLength;
        public int Flags;
    }

    [DllImport("libc")]
    private static extern nint sendmsg(int socket, Message* message, int flags);

    [DllImport("libc")]
    private static extern int pthread_sigmask(int how, ulong* set, ulong* former);

    /// <summary>Sends a signal to the calling thread alone.</summary>
    public static void RaiseHere(LinuxSignal signal) => Assert.Equal(0, tgkill(Environment.ProcessId, gettid(), (int)signal));

    /// <summary>Sends a signal to a thread of this process.</summary>
    public static void Signal(int tid, LinuxSignal signal) => Assert.Equal(0, tgkill(Environment.ProcessId, tid, (int)signal));

    /// <summary>Makes the other side of a terminal's master usable.</summary>
    /// <returns>The other side's path.</returns>
    public static string UnlockTerminal(SafeFdHandle master)
    {
        byte* name = stackalloc byte[100];
        Assert.Equal(0, grantpt(master.Descriptor));
        Assert.Equal(0, unlockpt(master.Descriptor));
        Assert.Equal(0, ptsname_r(master.Descriptor, name, 100));
        return Marshal.PtrToStringUTF8((nint)name)!;
    }

    [DllImport("libc")]
    private static extern int grantpt(int master);

    [DllImport("libc")]
    private static extern int unlockpt(int master);

    [DllImport("libc")]
    private static extern int ptsname_r(int master, byte* name, nuint length);

    [DllImport("libc")]
    public static extern int gettid();

    [DllImport("libc")]
    public static extern int kill(int pid, int signal);

    [DllImport("libc")]
    private static extern int tgkill(int pid, int tid, int signal);

    /// <summary>Sends SIGCHLD to the calling thread, as the kernel does when a child has ended. rt_tgsigqueueinfo(2)</summary>
    public static void RaiseChildEnd(int child, int code, int status, long userTicks, long systemTicks)
    {
        byte* info = stackalloc byte[128]; // siginfo_t on 64 bits
        new Span<byte>(info, 128).Clear();
        ((int*)info)[0] = (int)LinuxSignal.SIGCHLD;
        ((int*)info)[2] = code;
        ((int*)info)[4] = child;
        ((int*)info)[6] = status;
        ((long*)info)[4] = userTicks;
        ((long*)info)[5] = systemTicks;
        int call = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 297 : 240;
        Assert.Equal(0, syscall(call, Environment.ProcessId, gettid(), (int)LinuxSignal.SIGCHLD, (nint)info));
    }

    /// <summary>A timer that sends a signal with a value to the calling thread, again and again. timer_create(2)</summary>
    /// <returns>The kernel's number of the timer.</returns>
    public static nint StartSignalTimer(LinuxSignal signal, nint value, TimeSpan period)
    {
        int* notification = stackalloc int[16]; // struct sigevent on 64 bits
        new Span<int>(notification, 16).Clear();
        *(nint*)notification = value;
        notification[2] = (int)signal;
        notification[3] = 4; // SIGEV_THREAD_ID
        notification[4] = gettid();
        nint timer;
        Assert.Equal(0, timer_create(1, notification, &timer));
        long* times = stackalloc long[] { 0, period.Ticks * 100, 0, period.Ticks * 100 };
        Assert.Equal(0, timer_settime(timer, 0, times, null));
        return timer;
    }

    [DllImport("libc")]
    private static extern int timer_create(int clock, int* notification, nint* timer);

    [DllImport("libc")]
    private static extern int timer_settime(nint timer, int flags, long* times, long* former);

    [DllImport("libc")]
    public static extern int timer_delete(nint timer);

    /// <summary>Has a signal sent to this process whenever the descriptor becomes ready. fcntl(2)</summary>
    public static void SignalWhenReady(int descriptor, LinuxSignal signal)
    {
        const int SetFlags = 4, SetOwner = 8, SetSignal = 10, NonBlocking = 0x800, Async = 0x2000;
        Assert.Equal(0, fcntl(descriptor, SetOwner, Environment.ProcessId));
        Assert.Equal(0, fcntl(descriptor, SetSignal, (int)signal));
        Assert.Equal(0, fcntl(descriptor, SetFlags, NonBlocking | Async));
    }

    [DllImport("libc")]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc")]
    private static extern nint syscall(nint number, nint pid, nint tid, nint signal, nint info);
}
