namespace LinuxEvents;

/// <content>Waits for the first of several registrations.</content>
public sealed partial class FdRegistration
{
    /// <summary>Adds a member for a wait that begins, or decides that wait at once.</summary>
    /// <returns><see langword="false"/> when it is decided: no more targets are needed.</returns>
    internal bool Join(WaitAnyOperation any, int index, PollEvents interest)
    {
        _gate.Enter();
        if (!MustWait(interest, out PollEvents ready, out int error))
        {
            bool claimed = any.TryClaim(index, this, ready, Failure(_disposed, error));
            _gate.Exit();
            if (claimed)
                any.Settle(onLoop: false);
            return false;
        }

        WaitOperation member = _waits.Rent(this);
        member.Join(any, index, interest, Selector.Turn);
        any.Add(member);
        _waits.Add(member);
        _gate.Exit();
        return true;
    }

    /// <summary>Takes out the member of a wait that is decided.</summary>
    internal void Withdraw(WaitOperation member)
    {
        _gate.Enter();
        if (member.Waiting)
            _waits.Remove(member);
        member.Any = null;
        _waits.Return(member);
        _gate.Exit();
    }
}
