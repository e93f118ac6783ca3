namespace LinuxEvents;

/// <summary>One call for the loop: a delegate, or a continuation.</summary>
/// <param name="Target">An <see cref="Action"/>, <see cref="Action{T}"/> of object, <see cref="SendOrPostCallback"/> or <see cref="IThreadPoolWorkItem"/>.</param>
/// <param name="State">What it is called with.</param>
internal readonly record struct PostedCall(object Target, object? State = null)
{
    public void Invoke()
    {
        switch (Target)
        {
            case IThreadPoolWorkItem continuation:
                continuation.Execute();
                break;
            case SendOrPostCallback callback:
                callback(State);
                break;
            case Action<object?> callback:
                callback(State);
                break;
            default:
                ((Action)Target)();
                break;
        }
    }
}
