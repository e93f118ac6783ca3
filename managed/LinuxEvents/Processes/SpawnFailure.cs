namespace LinuxEvents;

/// <summary>Why a child could not be started.</summary>
/// <param name="Errno">The errno value, above 0.</param>
/// <param name="Step">LXE_SPAWN_STEP_...: what failed.</param>
/// <param name="Index">Which descriptor, where that is what failed.</param>
internal readonly record struct SpawnFailure(int Errno, uint Step, uint Index);
