using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>What a text gave to plan with: a plan as somebody wrote it, the machine of a log, memory map or snapshot, or the reason why neither.</summary>
public sealed record PlanSource
{
    /// <summary>The plan's text: as it was written, or that of the machine; empty where there is none.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The plan; null where there is none.</summary>
    public PlanSpec? Spec { get; private init; }

    /// <summary>Its machine, of a log or snapshot with the provenance that the snapshot's layout has; null where there is none.</summary>
    public PlanMachine? Machine { get; private init; }

    /// <summary>What is wrong with a text that reads as a plan; empty where nothing is, or it is no plan.</summary>
    public IReadOnlyList<PlanProblem> Problems { get; private init; } = [];

    /// <summary>Why there is nothing to plan with, and what to do; null where there is, or where <see cref="Problems"/> say it.</summary>
    public string? Refusal { get; private init; }

    /// <summary>Whether it is a dump of <c>tdxprobe capture</c>, which only a probe can replay.</summary>
    public bool IsDump { get; private init; }

    /// <summary>What was understood of a log; null of what is none.</summary>
    public ImportResult? Log { get; private init; }

    /// <summary>Whether somebody wrote it as a plan.</summary>
    public bool IsWritten { get; private init; }

    internal static PlanSource Written(string text, PlanParse parse) => new() { Text = text, Spec = parse.Spec, Machine = parse.Machine, Problems = parse.Problems, IsWritten = true };

    internal static PlanSource Refused(string reason, ImportResult? log = null) => new() { Refusal = reason, Log = log };

    internal static PlanSource Dump(string reason) => new() { Refusal = reason, IsDump = true };

    /// <summary>The machine of a snapshot.</summary>
    /// <param name="snapshot">With a memory map or CMRs; else there is a refusal.</param>
    /// <param name="log">What it was understood from; null where it was taken as it is.</param>
    public static PlanSource Of(Snapshot snapshot, ImportResult? log = null)
    {
        Reading<PlanMachine> machine = PlanMachine.From(snapshot);
        if (!machine.TryGet(out PlanMachine? known))
        {
            return Refused($"there is no memory to plan with: {machine.Reason} {machine.Remedy}".TrimEnd(), log);
        }

        PlanSpec spec = PlanImports.ToSpec(known);
        return new PlanSource { Text = PlanText.Write(spec), Spec = spec, Machine = known, Log = log };
    }
}
