using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Fleet;
using TdxDash.Wire;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Where a host's value stands against a rule.</summary>
public enum AlertLevel
{
    /// <summary>At or beyond the threshold that clears, or the condition does not hold.</summary>
    Clear,

    /// <summary>Between the two thresholds, or nothing new is known: whatever was the case stays so.</summary>
    Between,

    /// <summary>At or beyond the threshold that raises, or the condition holds.</summary>
    Raised,

    /// <summary>The host does not say.</summary>
    Unknown,
}

/// <summary>A host as rules look at it.</summary>
/// <param name="Host">The host.</param>
/// <param name="Unheard">How long it was not heard of, by the monotonic clock; null where it was not since the dashboard's start.</param>
/// <param name="Uptime">How long the dashboard runs, by the monotonic clock.</param>
/// <param name="WasReady">Whether it ever was ready for TDX.</param>
public readonly record struct AlertSubject(FleetHost Host, TimeSpan? Unheard, TimeSpan Uptime, bool WasReady);

/// <summary>Holds hosts' values against rules.</summary>
public static class AlertSignal
{
    /// <summary>How long after the dashboard's start nobody is called silent: probes come back within a minute, and need not all come at once.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMinutes(2);

    /// <summary>Where a host stands.</summary>
    public static AlertLevel Level(AlertRule rule, in AlertSubject subject)
    {
        HostFigures figures = subject.Host.Figures;
        return rule.Kind switch
        {
            AlertKind.ReservedAreas => OfShare(rule, figures.ReservedShare),
            AlertKind.Tdmrs => OfShare(rule, figures.TdmrShare),
            AlertKind.PamtShare => OfShare(rule, figures.PamtShare),
            AlertKind.KeyIdsFree => OfKeys(rule, figures.KeysFree),
            AlertKind.ModuleVersion => OfVersion(rule.Least, figures.Summary),
            AlertKind.PamtMismatch => OfMismatch(figures.Summary),
            AlertKind.ReadinessLost => OfReadiness(subject),
            _ => OfSilence(subject),
        };
    }

    /// <summary>What there is to say of a host, in one sentence without its name.</summary>
    public static string Text(AlertRule rule, FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(rule);
        HostSummary summary = host.Summary;
        return rule.Kind switch
        {
            AlertKind.ReservedAreas => Of(summary.PeakReserved, summary.MaxReserved, "reserved areas are used in the fullest TDMR", host.Figures.ReservedShare),
            AlertKind.Tdmrs => Of(summary.Tdmrs, summary.MaxTdmrs, "TDMRs are used", host.Figures.TdmrShare),
            AlertKind.PamtShare => host.Figures.PamtShare is { } share
                ? Text($"PAMT takes {summary.Pamt.Value} of {summary.Memory.Value} of memory ({share * 100:0.00} %).") : NotKnown(summary.Pamt.IsKnown ? summary.Memory.Reason : summary.Pamt.Reason),
            AlertKind.KeyIdsFree => host.Figures.KeysFree.TryGet(out long free)
                ? Text($"{free} of {summary.KeyIds.Value} private KeyIDs are free.") : NotKnown(host.Figures.KeysFree.Reason),
            AlertKind.ModuleVersion => OfVersionText(rule.Least, summary),
            AlertKind.PamtMismatch => summary.ComputedPamt.TryGet(out ByteSize computed) && summary.Pamt.TryGet(out ByteSize reported)
                ? Text($"The kernel reported {reported.Bytes / ByteSize.KiB} KiB of PAMT, {computed.Bytes / ByteSize.KiB} KiB are computed.") : NotKnown(summary.ComputedPamt.Reason),
            AlertKind.ReadinessLost => Text($"It is {StateWords.Of(summary.State)}: {summary.StateReason}"),
            _ => Text($"It was last heard of at {host.Entry.LastSeen.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."),
        };
    }

    /// <summary>The figure of a host that the rule's thresholds are held against; null where there is none.</summary>
    public static double? Value(AlertRule rule, FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Kind switch
        {
            AlertKind.ReservedAreas => host.Figures.ReservedShare,
            AlertKind.Tdmrs => host.Figures.TdmrShare,
            AlertKind.PamtShare => host.Figures.PamtShare,
            AlertKind.KeyIdsFree when host.Figures.KeysFree.TryGet(out long free) => free,
            _ => null,
        };
    }

    /// <summary>Where what the rule looks at comes from.</summary>
    public static Provenance Source(AlertRule rule, FleetHost host)
    {
        ArgumentNullException.ThrowIfNull(rule);
        HostSummary summary = host.Summary;
        return host.Figures.IsDemo ? Provenance.Emulated : rule.Kind switch
        {
            AlertKind.ReservedAreas => Worst(summary.PeakReserved, summary.MaxReserved),
            AlertKind.Tdmrs => Worst(summary.Tdmrs, summary.MaxTdmrs),
            AlertKind.PamtShare => summary.Pamt.Provenance,
            AlertKind.KeyIdsFree => host.Figures.KeysFree.Provenance,
            AlertKind.ModuleVersion => summary.Version.Provenance,
            _ => Provenance.Computed,
        };
    }

    private static Provenance Worst(Reading<int> used, Reading<int> most) => most.Provenance == Provenance.Emulated ? Provenance.Emulated : used.Provenance;

    private static AlertLevel OfShare(AlertRule rule, double? share) => share is not { } value ? AlertLevel.Unknown
        : value >= rule.Raise ? AlertLevel.Raised
        : value <= rule.Clear ? AlertLevel.Clear
        : AlertLevel.Between;

    private static AlertLevel OfKeys(AlertRule rule, Reading<long> free) => !free.TryGet(out long value) ? AlertLevel.Unknown
        : value <= rule.Raise ? AlertLevel.Raised
        : value >= rule.Clear ? AlertLevel.Clear
        : AlertLevel.Between;

    // A family for which nothing is wanted has nothing to be short of.
    private static AlertLevel OfVersion(VersionPolicy policy, HostSummary summary) => !policy.Least.TryGetValue(summary.CpuFamily, out ModuleVersion least) ? AlertLevel.Clear
        : !summary.Version.TryGet(out ModuleVersion version) ? AlertLevel.Unknown
        : version.CompareTo(least) < 0 ? AlertLevel.Raised
        : AlertLevel.Clear;

    private static AlertLevel OfMismatch(HostSummary summary) => !summary.ComputedPamt.TryGet(out ByteSize computed) || !summary.Pamt.TryGet(out ByteSize reported) ? AlertLevel.Unknown
        : computed != reported ? AlertLevel.Raised
        : AlertLevel.Clear;

    private static AlertLevel OfReadiness(in AlertSubject subject) =>
        subject.Host.Summary.State is TdxState.Ready or TdxState.AtRisk || !subject.WasReady ? AlertLevel.Clear
        : subject.Host.Summary.IsStateKnown ? AlertLevel.Raised
        : AlertLevel.Unknown;

    private static AlertLevel OfSilence(in AlertSubject subject) => subject.Host.Summary.Origin == Origin.File ? AlertLevel.Clear
        : subject.Unheard is { } unheard ? (unheard > ProbeContract.SilentAfter ? AlertLevel.Raised : AlertLevel.Clear)
        : subject.Uptime > Settling ? AlertLevel.Raised
        : AlertLevel.Between;

    private static string Of(Reading<int> used, Reading<int> most, string what, double? share) => share is { } value
        ? Text($"{used.Value} of {most.Value} {what} ({value * 100:0} %).") : NotKnown(used.IsKnown ? most.Reason : used.Reason);

    private static string OfVersionText(VersionPolicy policy, HostSummary summary) => !summary.Version.TryGet(out ModuleVersion version) ? NotKnown(summary.Version.Reason)
        : policy.Least.TryGetValue(summary.CpuFamily, out ModuleVersion least) ? $"TDX module {version}; at least {least} is wanted on {summary.CpuFamily}."
        : $"TDX module {version}; nothing is wanted on {summary.CpuFamily}.";

    private static string NotKnown(string reason) => $"Not known: {reason}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
