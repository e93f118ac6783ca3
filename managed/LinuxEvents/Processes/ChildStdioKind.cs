namespace LinuxEvents;

internal enum ChildStdioKind
{
    Inherit,
    Null,
    Pipe,
    Handle,
    File,
    Terminal,
}
