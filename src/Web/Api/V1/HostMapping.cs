using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Api.V1;

/// <summary>Writes hosts as the API shows them.</summary>
internal static class HostMapping
{
    /// <summary>A host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="at">The moment that its silence is counted to.</param>
    public static HostItem Item(FleetHost host, DateTimeOffset at)
    {
        HostSummary summary = host.Summary;
        return new HostItem
        {
            Id = host.Id,
            Name = summary.Name,
            Origin = summary.Origin,
            IsEmulated = host.Figures.IsEmulated,
            State = StateWords.InUrlOf(summary.State),
            StateReason = summary.StateReason,
            IsSilent = host.IsSilentAt(at),
            LastSeen = host.Entry.LastSeen.ToUniversalTime(),
            TakenAt = host.Entry.TakenAt.ToUniversalTime(),
            Snapshot = host.Entry.Hash.ToString(),
            Revision = host.Entry.Revision,
            Group = host.Labels.Group?.ToString(),
            Tags = host.Labels.Tags,
            CpuFamily = summary.CpuFamily,
            ModuleVersion = TextReading.Of(summary.Version, version => version.ToString()),
            NewerReleases = LinesReading.Of(host.Figures.Newer.Map<IReadOnlyList<string>>(newer => [.. newer.Select(release => release.Version.ToString())])),
            Memory = BytesReading.Of(summary.Memory),
            Pamt = BytesReading.Of(summary.Pamt),
            PeakReserved = NumberReading.Of(summary.PeakReserved),
            MaxReserved = NumberReading.Of(summary.MaxReserved),
            Tdmrs = NumberReading.Of(summary.Tdmrs),
            MaxTdmrs = NumberReading.Of(summary.MaxTdmrs),
            KeyIds = NumberReading.Of(summary.KeyIds),
            KeyIdsFree = NumberReading.Of(host.Figures.KeysFree),
            KernelRelease = TextReading.Of(summary.KernelRelease),
            Tier = TextReading.Of(summary.Tier, tier => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(tier.ToString())),
            ProbeVersion = host.Entry.ProbeVersion.Length > 0 ? host.Entry.ProbeVersion : null,
            Dropped = host.Entry.Dropped,
        };
    }

    /// <summary>A host with what its snapshot says of its module and its readiness.</summary>
    public static HostDetail Detail(FleetHost host, DateTimeOffset at, Snapshot snapshot)
    {
        var view = HostView.From(snapshot);
        return new HostDetail { Host = Item(host, at), Module = Module(view.Module, snapshot), Checks = [.. view.Verdict.Checks.Select(Check)] };
    }

    private static ModuleItem Module(ModuleIdentity module, Snapshot snapshot) => new()
    {
        Version = TextReading.Of(module.Version, version => version.ToString()),
        BuildNumber = NumberReading.Of(module.BuildNumber),
        BuildDate = TextReading.Of(module.BuildDate, date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        VendorId = HexReading.Of(module.VendorId),
        Attributes = HexReading.Of(module.Attributes),
        Features = HexReading.Of(module.Features),
        FeatureNames = LinesReading.Of(module.Features.Map<IReadOnlyList<string>>(features => [.. FeatureBits.Features0(features).Where(bit => bit.IsSet).Select(bit => bit.Name)])),
        SeamldrVersion = TextReading.Of(snapshot.Kernel.SeamldrVersion),
        RemainingUpdates = NumberReading.Of(snapshot.Kernel.RemainingUpdates),
    };

    private static CheckItem Check(Check check) => new()
    {
        Id = check.Id,
        Title = check.Title,
        Outcome = check.Outcome,
        IsMandatory = check.Mandatory,
        Evidence = check.Evidence,
        Remedy = check.Outcome == CheckOutcome.Passed || check.Remedy.Length == 0 ? null : check.Remedy,
    };
}
