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

    /// <summary>It holds with a reservation: TDX works, and something will not, or may not for long.</summary>
    Warning,
}

/// <summary>One thing that must hold for TDX to work on a host.</summary>
/// <param name="Id">A stable name, the group's id and its own: <c>platform.vendor</c>.</param>
/// <param name="Title">What is checked.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Evidence">The line or value seen, with its source; for a skipped one why it was skipped.</param>
/// <param name="Why">Why it matters.</param>
/// <param name="Remedy">What to change when it did not pass.</param>
/// <param name="Mandatory">Whether TDX cannot work without it.</param>
public sealed record Check(string Id, string Title, CheckOutcome Outcome, string Evidence, string Why, string Remedy, bool Mandatory);

/// <summary>The checks of one part of a host.</summary>
/// <param name="Id">A stable name: <c>platform</c>.</param>
/// <param name="Title">The part in words.</param>
/// <param name="Checks">Its checks, in the order in which they depend on each other.</param>
public sealed record CheckGroup(string Id, string Title, IReadOnlyList<Check> Checks)
{
    // In the order in which a host comes up: a later part cannot work without the earlier ones.
    private static readonly (string Id, string Title)[] Parts =
    [
        ("platform", "Platform"), ("bios", "BIOS"), ("kernel", "Kernel"), ("module", "TDX module"), ("memory", "Memory"), ("kvm", "KVM"), ("attestation", "Attestation services"),
    ];

    /// <summary>The worst outcome: failed before warning before passed; skipped where all were skipped.</summary>
    public CheckOutcome Outcome =>
        Count(CheckOutcome.Failed) > 0 ? CheckOutcome.Failed
        : Count(CheckOutcome.Warning) > 0 ? CheckOutcome.Warning
        : Count(CheckOutcome.Passed) > 0 ? CheckOutcome.Passed
        : CheckOutcome.Skipped;

    /// <summary>How many checks ended so.</summary>
    public int Count(CheckOutcome outcome) => Checks.Count(check => check.Outcome == outcome);

    /// <summary>Puts checks into their groups by the first word of their ids.</summary>
    internal static IReadOnlyList<CheckGroup> Of(IReadOnlyList<Check> checks) =>
        [.. checks.GroupBy(check => check.Id.Split('.')[0], StringComparer.Ordinal)
            .Select(group => new CheckGroup(group.Key, Array.Find(Parts, part => part.Id == group.Key).Title ?? group.Key, [.. group]))];
}
