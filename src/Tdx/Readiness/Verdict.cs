namespace TdxDash.Tdx.Readiness;

/// <summary>The state of a host, as a fleet shows it.</summary>
public enum TdxState
{
    /// <summary>The machine cannot run TDX or nothing says that it could.</summary>
    NoTdx,

    /// <summary>TDX is there, but initialisation failed or would fail.</summary>
    Failed,

    /// <summary>It is there and not initialised yet, or it is not known.</summary>
    NotInitialized,

    /// <summary>It works, one step from a limit.</summary>
    AtRisk,

    /// <summary>It works.</summary>
    Ready,
}

/// <summary>The verdict over one snapshot.</summary>
/// <param name="State">The state.</param>
/// <param name="Summary">The state in one sentence that names the cause.</param>
/// <param name="Checks">All checks in the order in which they depend on each other.</param>
public sealed record Verdict(TdxState State, string Summary, IReadOnlyList<Check> Checks)
{
    /// <summary>Whether trust domains can be started now.</summary>
    public bool IsReady => State is TdxState.Ready or TdxState.AtRisk;

    /// <summary>The checks as a tree: one group for each part of the host.</summary>
    public IReadOnlyList<CheckGroup> Groups => field ??= CheckGroup.Of(Checks);

    /// <summary>How many checks ended so.</summary>
    public int Count(CheckOutcome outcome) => Checks.Count(check => check.Outcome == outcome);

    /// <summary>The failed checks that help most: mandatory ones first, then the optional ones, then warnings, each in their order, and before
    /// the bare fact that the module is not initialised what stood in its way. Of checks with one remedy only the first is among them.</summary>
    /// <param name="count">The most that are wanted.</param>
    public IReadOnlyList<Check> TopFailures(int count) =>
        [.. Checks.Where(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Warning)
            .OrderBy(check => check.Outcome == CheckOutcome.Warning).ThenByDescending(check => check.Mandatory).ThenBy(check => check.Id == ModuleChecks.Initialized.Id)
            .DistinctBy(check => check.Remedy).Take(count)];
}
