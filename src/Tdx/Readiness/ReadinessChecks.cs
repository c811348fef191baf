using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>How a check ended.</summary>
public enum CheckOutcome
{
    /// <summary>It holds.</summary>
    Passed,

    /// <summary>It does not hold.</summary>
    Failed,

    /// <summary>It could not be looked at, or makes no sense after an earlier failure.</summary>
    Skipped,
}

/// <summary>One thing that must hold for TDX to work on a host.</summary>
/// <param name="Id">A stable name, for example <c>platform.vendor</c>.</param>
/// <param name="Title">What is checked.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Evidence">The line or value seen, with its source.</param>
/// <param name="Why">Why it matters.</param>
/// <param name="Remedy">What to change when it failed.</param>
/// <param name="Mandatory">Whether TDX cannot work without it.</param>
public sealed record Check(string Id, string Title, CheckOutcome Outcome, string Evidence, string Why, string Remedy, bool Mandatory);

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
    /// <summary>The failed checks that help most: mandatory ones first, else in their order, each with its remedy.</summary>
    /// <param name="count">The most that are wanted.</param>
    public IReadOnlyList<Check> TopFailures(int count) =>
        [.. Checks.Where(check => check.Outcome == CheckOutcome.Failed).OrderByDescending(check => check.Mandatory).Take(count)];
}

/// <summary>The checks that tell whether a host is ready for TDX, and why not.</summary>
public static class ReadinessChecks
{
    /// <summary>Runs all checks over a snapshot. What an emulated module says counts only for a demo host: on a live machine the verdict
    /// speaks of the real platform.</summary>
    public static Verdict Run(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var evidence = new ReadinessEvidence(snapshot);
        List<Check> checks = [.. PlatformChecks.Run(evidence)];
        bool platform = checks.All(check => check.Outcome != CheckOutcome.Failed || !check.Mandatory);
        checks.AddRange(ModuleChecks.Run(evidence, platform));
        (TdxState state, string summary) = ReadinessSummary.Of(evidence, checks);
        return new Verdict(state, summary, checks);
    }
}
