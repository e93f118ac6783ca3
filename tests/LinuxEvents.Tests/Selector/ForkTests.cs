using LinuxEvents.Interop;

namespace LinuxEvents.Tests;

/// <summary>A process that was forked while a selector lived.</summary>
public sealed unsafe class ForkTests
{
    [Fact] // CHECKLIST 95
    public void A_forked_child_is_told_so_may_dispose_and_leaves_its_parents_selectors_alone()
    {
        uint* mark;
        if (NativeMethods.lxe_fork_mark(&mark) < 0)
            Assert.Skip("This kernel does not clear pages on fork (Linux 4.14), so that a child is not noticed.");
        using TestProgram program = TestProgram.StartForkable();
        Assert.Equal("FFFFFFFF-----", program.Do("fork"));
    }
}
