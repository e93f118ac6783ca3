namespace LinuxEvents.Tests;

/// <summary>What logs and debuggers show of an object.</summary>
public class NamesTests
{
    [Fact]
    public void An_object_of_the_kernel_is_named_by_its_kind_and_its_descriptor()
    {
        using var counter = new EventFd();
        using var timer = new TimerFd();
        using var set = new Epoll();
        using var pipe = new AnonymousPipe();
        Assert.Equal($"eventfd, descriptor {counter.Handle.Descriptor}", counter.ToString());
        Assert.Equal($"timerfd, descriptor {timer.Handle.Descriptor}", timer.ToString());
        Assert.Equal($"epoll set, descriptor {set.Handle.Descriptor}", set.ToString());
        Assert.Equal($"pipe from descriptor {pipe.Writer.Descriptor} to descriptor {pipe.Reader.Descriptor}", pipe.ToString());
        counter.Dispose();
        Assert.Equal("eventfd, a closed descriptor", counter.ToString());
    }

    [Fact]
    public async Task A_selector_is_named_as_it_was_told_and_a_process_by_its_number()
    {
        using var selector = Selector.Start(new SelectorOptions { Name = "input" });
        Assert.Equal("selector input", selector.ToString());
        using var child = ChildProcess.Spawn(new SpawnOptions("true"));
        Assert.Equal($"child {child.Id}", child.ToString());
        await child.WaitForExitAsync();
    }
}
