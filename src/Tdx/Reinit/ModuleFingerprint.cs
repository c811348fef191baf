using System.Globalization;
using System.Text.Json.Serialization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Reinit;

/// <summary>What of a module is compared before and after an update. A text is empty, and a number null, where it is not known.</summary>
/// <param name="Version">The version, <c>1.5.08</c>.</param>
/// <param name="Build">Build number and date.</param>
/// <param name="Features">TDX_FEATURES0 in hexadecimal.</param>
/// <param name="Limits">What decides the layout of TDMRs: the most of them, reserved areas of each, and the sizes of PAMT entries.</param>
/// <param name="LayoutHash">SHA-256 of the TDMR_INFO array that Linux would hand to the module.</param>
/// <param name="UpdatesLeft">Updates that the P-SEAMLDR still allows.</param>
/// <param name="Svn">The security version number, where a source tells it; no upstream kernel does.</param>
public sealed record ModuleFingerprint(string Version, string Build, string Features, string Limits, string LayoutHash, int? UpdatesLeft, string Svn = "")
{
    private const int MaxConsumed = 2_048;

    // These are compared on their own: the features and what decides the layout.
    private static readonly string[] Apart = ["TDX_FEATURES0", "MAX_TDMRS", "MAX_RESERVED_PER_TDMR", "PAMT_4K_ENTRY_SIZE", "PAMT_2M_ENTRY_SIZE", "PAMT_1G_ENTRY_SIZE"];

    // An update is meant to change version and build, and Linux reads the handoff version again with each update.
    private const int VersionClass = 8, HandoffClass = 9;

    /// <summary>The other fields that Linux reads at boot, as <c>NAME=value</c> with a blank between two, in the module's order; an array is there by its
    /// hash. Null in the fingerprints of probes that did not compare them, and where the metadata was not read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Consumed { get; init; }

    /// <summary>A module of which only the version is known, as the kernel tells it.</summary>
    public static ModuleFingerprint OfVersion(string version, int? updatesLeft) => new(version, "", "", "", "", updatesLeft);

    /// <summary>Takes it out of a snapshot.</summary>
    /// <returns>Null where not even the version is known.</returns>
    public static ModuleFingerprint? From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ModuleIdentity identity = ModuleIdentity.From(snapshot);
        if (!identity.Version.TryGet(out ModuleVersion version))
        {
            return null;
        }

        string build = identity.BuildNumber.TryGet(out int number) ? string.Create(CultureInfo.InvariantCulture, $"build {number}") : "";
        string date = identity.BuildDate.TryGet(out DateOnly day) ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";
        return new ModuleFingerprint(
            version.ToString(),
            string.Join(", ", new[] { build, date }.Where(part => part.Length > 0)),
            identity.Features.TryGet(out ulong features) ? Hex.Plain(features) : "",
            identity.Limits.TryGet(out TdmrLimits? limits) ? Words(limits) : "",
            snapshot.Layout.Layout.TryGet(out TdmrLayout? layout) && layout.Error == LayoutError.None && snapshot.Layout.Limits.TryGet(out TdmrLimits? used)
                ? SnapshotHash.Of(TdmrInfoWriter.Write(layout, used)).ToString() : "",
            snapshot.Kernel.RemainingUpdates.TryGet(out int left) ? left : null)
        {
            Consumed = snapshot.Module.Metadata.TryGet(out IReadOnlyList<MetadataValue>? fields) && fields.Count > 0 ? Fields(fields) : null,
        };
    }

    /// <summary>The values that Linux consumed at boot and does not read again after an update, and that differ: features, limits, layout, and by name
    /// every other field that Linux reads. A value that is unknown on either side is not compared.</summary>
    public IReadOnlyList<string> ConsumedChanges(ModuleFingerprint after)
    {
        ArgumentNullException.ThrowIfNull(after);
        return
        [
            .. new[] { ("TDX_FEATURES0", Features, after.Features), ("limits of TDMRs", Limits, after.Limits), ("TDMR layout", LayoutHash, after.LayoutHash) }
                .Where(value => value.Item2.Length > 0 && value.Item3.Length > 0 && value.Item2 != value.Item3)
                .Select(value => value.Item1),
            .. Split(Consumed).Join(Split(after.Consumed), field => field.Name, field => field.Name, (before, now) => (before.Name, Differs: before.Value != now.Value))
                .Where(field => field.Differs).Select(field => field.Name),
        ];
    }

    internal ModuleFingerprint Bounded() => new(
        ReinitObservation.Cut(Version, ReinitObservation.MaxText), ReinitObservation.Cut(Build, ReinitObservation.MaxText),
        ReinitObservation.Cut(Features, ReinitObservation.MaxText), ReinitObservation.Cut(Limits, ReinitObservation.MaxText),
        ReinitObservation.Cut(LayoutHash, ReinitObservation.MaxText), UpdatesLeft, ReinitObservation.Cut(Svn, ReinitObservation.MaxText))
    {
        Consumed = Consumed is null ? null : ReinitObservation.Cut(Consumed, MaxConsumed),
    };

    private static string Fields(IReadOnlyList<MetadataValue> fields) => string.Join(' ', fields
        .Select(field => (Known: MetadataCatalogue.Find(field.Id), field.Values))
        .Where(field => field.Known is { IsReadByLinux: true } known && known.Id.Class is not (VersionClass or HandoffClass) && !Apart.Contains(known.Name))
        .Select(field => $"{field.Known!.Name}={(field.Values is [var only] ? Hex.Plain(only) : SnapshotHash.Of([.. field.Values.SelectMany(BitConverter.GetBytes)]).ToString()[..16])}"));

    // A name that comes twice is of no use, and is of nobody's module.
    private static IEnumerable<(string Name, string Value)> Split(string? consumed) => (consumed ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(field => field.Split('=')).Where(parts => parts.Length == 2).Select(parts => (parts[0], parts[1])).DistinctBy(field => field.Item1);

    private static string Words(TdmrLimits limits) => string.Create(CultureInfo.InvariantCulture,
        $"{limits.MaxTdmrs} TDMRs, {limits.MaxReservedPerTdmr} reserved areas, PAMT entries {limits.Pamt4KEntrySize}/{limits.Pamt2MEntrySize}/{limits.Pamt1GEntrySize} B");
}
