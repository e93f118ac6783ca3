namespace LinuxEvents;

/// <summary>As whom a child runs: all that the kernel asks for, so that nothing of this process's rights stays by oversight. credentials(7)</summary>
public sealed class ProcessUser
{
    /// <summary>Names a user.</summary>
    /// <param name="userId">The real, effective and saved user id.</param>
    /// <param name="groupId">The real, effective and saved group id.</param>
    /// <param name="supplementaryGroups">The ids of the supplementary groups, up to 65,536; none, unless said.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is 4294967295, which is none, or there are too many groups.</exception>
    public ProcessUser(uint userId, uint groupId, params IEnumerable<uint> supplementaryGroups)
    {
        ArgumentNullException.ThrowIfNull(supplementaryGroups);
        uint[] groups = [.. supplementaryGroups];
        if (userId == uint.MaxValue || groupId == uint.MaxValue || groups.Contains(uint.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(userId), "The id 4294967295 is nobody's.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups.Length, 65536, nameof(supplementaryGroups));
        UserId = userId;
        GroupId = groupId;
        Groups = groups;
    }

    /// <summary>The user id.</summary>
    public uint UserId { get; }

    /// <summary>The group id.</summary>
    public uint GroupId { get; }

    /// <summary>The supplementary groups.</summary>
    public IReadOnlyList<uint> SupplementaryGroups => Groups;

    internal uint[] Groups { get; }

    /// <summary>"user 33, group 33, supplementary groups 4, 20".</summary>
    public override string ToString() =>
        $"user {UserId}, group {GroupId}, {(Groups.Length == 0 ? "no supplementary groups" : $"supplementary groups {string.Join(", ", Groups)}")}";
}
