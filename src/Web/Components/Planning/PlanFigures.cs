using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Planning;

/// <summary>One figure of a plan, as plans are compared and saved.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Name">Its name in files.</param>
/// <param name="Text">How it is written for people; null where there is none.</param>
/// <param name="Value">Its value in files: text, a number or a truth; null where there is none.</param>
/// <param name="IsSearched">Whether it comes of the search for headroom, so that having none can mean that it is searched.</param>
public sealed record PlanFigure(string Title, string Name, Func<PlanSheetResult, string?> Text, Func<PlanSheetResult, object?> Value, bool IsSearched = false);

/// <summary>A plan's results.</summary>
/// <param name="View">The plan.</param>
/// <param name="Headroom">How far it is from its limits; null while that is searched.</param>
public sealed record PlanSheetResult(PlanView View, Headroom? Headroom)
{
    /// <summary>What it comes to.</summary>
    public PlanResult Result => View.Result;

    /// <summary>What the PAMT costs; null where there is none.</summary>
    public PlanPamt? Pamt => Result.Pamt.Or(null);

    /// <summary>The nearest limit; null where none can be counted.</summary>
    public LimitUse? Nearest => Result.Limits is [var first, ..] ? first : null;

    /// <summary>What is left for TDs; null where there are none.</summary>
    public PlanGuests? Guests => Result.Guests.Or(null);
}

/// <summary>The figures by which plans are compared and saved.</summary>
public static class PlanFigures
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<PlanFigure> All { get; } =
    [
        new("Would initialise", "initialises", one => one.Result.Verdict.Initializes ? "yes" : "no", one => one.Result.Verdict.Initializes),
        new("Limit that it runs into", "limit", one => LimitText(one.Result.Verdict.Limit), one => LimitName(one.Result.Verdict.Limit)),
        new("Nearest limit", "nearest_limit", one => one.Nearest is { } use ? LimitText(use.Limit) : null, one => one.Nearest is { } use ? LimitName(use.Limit) : null),
        new("the same, taken", "nearest_limit_percent", one => one.Nearest is { } use && double.IsFinite(use.Percent) ? Text($"{use.Percent:0.#} %") : null, one => one.Nearest is { } use && double.IsFinite(use.Percent) ? use.Percent : null),
        Size("Memory", "memory_bytes", one => one.Result.Machine.Memory),
        Number("NUMA nodes", "nodes", one => one.View.Nodes),
        new("Module", "module", one => one.Result.Machine.Module?.Name ?? "none in particular", one => one.Result.Machine.Module?.Name),
        new("Uses Dynamic PAMT", "uses_dynamic_pamt", one => one.Result.Machine.UsesDynamicPamt ? "yes" : "no", one => one.Result.Machine.UsesDynamicPamt),
        new("TDMRs", "tdmrs", one => UsageBar.TextOf(one.Result.TdmrsNeeded, one.Result.Machine.Limits.MaxTdmrs), one => one.Result.TdmrsNeeded),
        new("Reserved areas, most in a TDMR", "reserved_peak", one => one.Result.Peak is { } peak ? UsageBar.TextOf(peak.Used, peak.Limit) : null, one => one.Result.Peak?.Used),
        Size("PAMT that it pays", "pamt_bytes", one => one.Pamt?.Paid),
        new("the same of memory", "pamt_percent", one => one.Pamt is { } pamt ? Text($"{pamt.PaidPercent:0.###} %") : null, one => one.Pamt?.PaidPercent),
        Size("Static PAMT", "static_pamt_bytes", one => one.Pamt?.Static.Total),
        Size("Dynamic PAMT at this use", "dynamic_pamt_bytes", one => one.Pamt?.Dynamic),
        new("Break-even of Dynamic PAMT", "break_even_percent", one => one.Pamt is { } pamt ? pamt.BreakEven is { } use ? Text($"{use:0.##} % in use") : "never" : null, one => one.Pamt?.BreakEven),
        Size("Largest contiguous block", "largest_block_bytes", one => one.Pamt?.LargestBlock),
        Size("Left for TDs", "available_bytes", one => one.Guests?.Available),
        Number("KeyIDs for TDs", "keyids", one => one.Guests is { KeyIds: { IsKnown: true } keys } ? keys.Value : null),
        Number("TDs planned", "tds", one => one.Guests?.Tds),
        Number("TDs of the first size that fit", "tds_fit", one => one.Guests?.Packing is [var first, ..] ? first.Most : null),
        new("Limit that binds TDs", "tds_limit", one => one.Guests?.Packing is [var first, ..] ? LimitText(first.Binding) : null, one => one.Guests?.Packing is [var first, ..] ? LimitName(first.Binding) : null),
        Number("More GiB until a limit", "more_gib", one => one.Headroom?.MemoryGiB.Or(null)?.Most) with { IsSearched = true },
        Number("More nodes until a limit", "more_nodes", one => one.Headroom?.Nodes.Or(null)?.Most) with { IsSearched = true },
        Number("More holes until a limit", "more_holes", one => one.Headroom?.FewestHoles?.Figure.Most) with { IsSearched = true },
        Number("More TDs until a limit", "more_tds", one => one.Headroom?.Tds.Or(null)?.Most) with { IsSearched = true },
    ];

    /// <summary>A limit in words, with the name of its field where it has one.</summary>
    public static string LimitText(PlanLimit limit) => limit switch
    {
        PlanLimit.Tdmrs => "TDMRs (MAX_TDMRS)",
        PlanLimit.ReservedAreas => "reserved areas (MAX_RESERVED_PER_TDMR)",
        _ => LimitWord(limit),
    };

    /// <summary>A limit in a word or two.</summary>
    public static string LimitWord(PlanLimit limit) => limit switch
    {
        PlanLimit.KeyIds => "private KeyIDs",
        PlanLimit.Tdmrs => "TDMRs",
        PlanLimit.ReservedAreas => "reserved areas",
        PlanLimit.ContiguousMemory => "contiguous memory for a PAMT",
        PlanLimit.Module => "the module's own check",
        PlanLimit.Memory => "memory",
        PlanLimit.Addresses => "physical addresses or NUMA nodes",
        _ => "none",
    };

    private static string? LimitName(PlanLimit limit) => limit == PlanLimit.None ? null : limit.ToString();

    private static PlanFigure Size(string title, string name, Func<PlanSheetResult, ByteSize?> value) =>
        new(title, name, one => value(one) is { } size ? Wording.Size(size) : null, one => value(one)?.Bytes);

    private static PlanFigure Number(string title, string name, Func<PlanSheetResult, long?> value) =>
        new(title, name, one => value(one) is { } number ? Text($"{number:#,0}") : null, one => value(one));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
