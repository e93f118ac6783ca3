using System.Diagnostics;
using System.Globalization;

namespace LinuxEvents.Benchmarks.Contests;

/// <summary>Timers, as native/timers/main.c has them: there stands what is measured.</summary>
internal abstract class TimerContest
{
    private Shot[] _shots = [];
    private double[] _late = [];
    private int _left;

    protected int Count { get; private set; }

    /// <summary>The loop's thread is the caller's where there is one.</summary>
    protected abstract void Make(int count);

    protected abstract void Start(int timer, TimeSpan delay);

    protected abstract void CancelAll();

    /// <summary>Calls a function where timers are started, and returns when <see cref="Fired"/> has said so.</summary>
    protected abstract void Run(Action start);

    public static TimerContest Of(string style) => style switch
    {
        "raw" => new RawTimers(TimeSpan.Zero, anew: false),
        "raw-new" => new RawTimers(TimeSpan.Zero, anew: true),
        "raw-slack" => new RawTimers(TimeSpan.FromMilliseconds(1), anew: false),
        "delay" => new Delays(TimeSpan.Zero),
        "delay-slack" => new Delays(TimeSpan.FromMilliseconds(1)),
        "timer" => new SystemTimers(anew: false),
        "timer-new" => new SystemTimers(anew: true),
        "task" => new TaskDelays(),
        _ => throw new ArgumentOutOfRangeException(nameof(style), style, "There is no such contestant."),
    };

    /// <summary>An event is one start and one cancellation.</summary>
    public Func<TimeSpan, long> StartAndCancel(int count)
    {
        Prepare(count, 0);
        TimeSpan least = TimeSpan.FromMilliseconds(1), spread = TimeSpan.FromMinutes(1);
        return span =>
        {
            long served = 0;
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < span; served += count)
            {
                Run(() =>
                {
                    for (int i = 0; i < count; i++)
                        Start(i, least + Spread(i, spread));
                    CancelAll();
                    End();
                });
            }

            return served;
        };
    }

    public int PlayFire(int count)
    {
        Prepare(count, count);
        return Play(_ =>
        {
            _left = count;
            Run(() =>
            {
                for (int i = 0; i < count; i++)
                    Timed(i, TimeSpan.FromMilliseconds(100) + Spread(i, TimeSpan.FromSeconds(1)));
            });
            return count;
        });
    }

    public int PlayLateness(int microseconds)
    {
        var delay = TimeSpan.FromMicroseconds(microseconds);
        Prepare(1, 1_000_000);
        return Play(seconds =>
        {
            int next = 0;
            long end = Stopwatch.GetTimestamp() + (long)(seconds * 1e9);
            _again = () =>
            {
                double now = Stopwatch.GetTimestamp();
                _late[next++] = now - _shots[0].Due;
                if (next == _late.Length || now >= end)
                    return false;
                Timed(0, delay);
                return true;
            };
            Run(() => Timed(0, delay));
            return next;
        });
    }

    public int ShowMemory(int count)
    {
        Prepare(count, 0);
        double bytes = 0;
        Run(() =>
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            for (int i = 0; i < count; i++)
                Start(i, TimeSpan.FromSeconds(10) + Spread(i, TimeSpan.FromMinutes(1)));
            bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)count;
            CancelAll();
            End();
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready\n{bytes:F1}"));
        return 0;
    }

    private Func<bool>? _again;

    /// <summary>The state of a timer where timers fire at all, as any callback has one.</summary>
    protected sealed class Shot(TimerContest contest)
    {
        public TimerContest Contest => contest;

        public double Due;
    }

    /// <summary>The state of a timer, if it has one.</summary>
    protected Shot? ShotOf(int timer) => _shots.Length > 0 ? _shots[timer] : null;

    /// <summary>A timer has fired: <see langword="true"/> when that was the last one.</summary>
    protected bool Fired(Shot shot)
    {
        if (_again is not null)
            return !_again();
        double late = Stopwatch.GetTimestamp() - shot.Due;
        int left = CountDown(ref _left);
        _late[left] = late;
        return left == 0;
    }

    /// <summary>One less, where callbacks run.</summary>
    protected abstract int CountDown(ref int left);

    /// <summary>Ends <see cref="Run"/>.</summary>
    protected abstract void End();

    protected TimeSpan Spread(int number, TimeSpan span) => new((long)(number * 7919L % Count / (double)Count * span.Ticks));

    private void Timed(int timer, TimeSpan delay)
    {
        _shots[timer].Due = Stopwatch.GetTimestamp() + delay.TotalNanoseconds;
        Start(timer, delay);
    }

    private void Prepare(int count, int samples)
    {
        Count = count;
        _late = new double[samples];
        if (samples > 0)
            _shots = [.. Enumerable.Range(0, count).Select(_ => new Shot(this))];
        Make(count);
    }

    private int Play(Func<double, int> round)
    {
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            int samples = round(double.Parse(line, CultureInfo.InvariantCulture));
            double cpu = (Environment.CpuUsage.TotalTime - before).TotalNanoseconds / samples;
            Array.Sort(_late, 0, samples);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{cpu:F2} {_late[samples / 2] / 1e3:F2} {_late[samples * 99L / 100] / 1e3:F2} {_late[0] / 1e3:F2}"));
        }

        return 0;
    }

    private abstract class OnLoop : TimerContest
    {
        protected Selector Selector { get; } = new();

        private TaskCompletionSource? _ended;

        protected override void Run(Action start) => Selector.RunUntilComplete(() =>
        {
            _ended = new TaskCompletionSource();
            start();
            return _ended.Task;
        });

        protected override void End() => _ended!.TrySetResult();

        // As in C. An interlocked operation would wait until the store of the figure has reached its cache line.
        protected override int CountDown(ref int left) => --left;
    }

    private sealed class RawTimers(TimeSpan slack, bool anew) : OnLoop
    {
        private readonly List<LoopTimer> _timers = [];

        protected override void Make(int count)
        {
            // The contest of memory wants them made as they are started.
            _timers.Capacity = count;
        }

        protected override void Start(int timer, TimeSpan delay)
        {
            if (timer == _timers.Count)
                _timers.Add(new LoopTimer(Selector, static state => OnFired((Shot)state!), ShotOf(timer)));
            if (slack > TimeSpan.Zero)
                _timers[timer].Start(delay, slack);
            else
                _timers[timer].Start(delay);
        }

        protected override void CancelAll()
        {
            foreach (LoopTimer timer in _timers)
                timer.Cancel();
            if (anew)
                _timers.Clear();
        }

        private static void OnFired(Shot shot)
        {
            if (shot.Contest.Fired(shot))
                shot.Contest.End();
        }
    }

    private sealed class Delays(TimeSpan slack) : OnLoop
    {
        private CancellationTokenSource _source = new();

        protected override void Make(int count)
        {
        }

        protected override void Start(int timer, TimeSpan delay)
        {
            ValueTask task = Selector.DelayAsync(delay, slack, _source.Token);
            if (ShotOf(timer) is { } shot)
                Await(shot, task.GetAwaiter());
        }

        protected override void CancelAll()
        {
            _source.Cancel();
            _source = new CancellationTokenSource();
        }

        private void Await(Shot shot, System.Runtime.CompilerServices.ValueTaskAwaiter awaiter) => awaiter.UnsafeOnCompleted(() =>
        {
            awaiter.GetResult();
            if (Fired(shot))
                End();
        });
    }

    private abstract class OnPool : TimerContest
    {
        private readonly ManualResetEventSlim _ended = new();

        protected override void Run(Action start)
        {
            _ended.Reset();
            start();
            _ended.Wait();
        }

        protected override void End() => _ended.Set();

        protected override int CountDown(ref int left) => Interlocked.Decrement(ref left);
    }

    private sealed class SystemTimers(bool anew) : OnPool
    {
        private readonly List<Timer> _timers = [];
        private TimerCallback? _callback;

        protected override void Make(int count) => _timers.Capacity = count;

        protected override void Start(int timer, TimeSpan delay)
        {
            if (timer == _timers.Count)
                _timers.Add(new Timer(_callback ??= OnFired, ShotOf(timer), Timeout.Infinite, Timeout.Infinite));
            _timers[timer].Change(delay, Timeout.InfiniteTimeSpan);
        }

        protected override void CancelAll()
        {
            foreach (Timer timer in _timers)
            {
                if (anew)
                    timer.Dispose();
                else
                    timer.Change(Timeout.Infinite, Timeout.Infinite);
            }

            if (anew)
                _timers.Clear();
        }

        private void OnFired(object? state)
        {
            // One that is to be cancelled may fire before.
            if (state is Shot shot && Fired(shot))
                End();
        }
    }

    private sealed class TaskDelays : OnPool
    {
        private CancellationTokenSource _source = new();

        protected override void Make(int count)
        {
        }

        protected override void Start(int timer, TimeSpan delay)
        {
            Task task = Task.Delay(delay, _source.Token);
            if (ShotOf(timer) is not { } shot)
                return;
            var awaiter = task.ConfigureAwait(false).GetAwaiter();
            awaiter.UnsafeOnCompleted(() =>
            {
                if (Fired(shot))
                    End();
            });
        }

        protected override void CancelAll()
        {
            _source.Cancel();
            _source = new CancellationTokenSource();
        }
    }
}
