using System.Globalization;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Live;

/// <summary>One value of a module before and after an update, as text.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Before">The text before; says so where it is not known.</param>
/// <param name="After">The text after.</param>
/// <param name="IsChanged">Whether both are known and differ.</param>
public sealed record ModuleChange(string Label, string Before, string After, bool IsChanged)
{
    private const string NotKnown = "not known";
    private const int ShownHash = 12;

    /// <summary>Where the values come from; null for where the run was seen.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The values of both sides of a run, in order.</summary>
    public static IReadOnlyList<ModuleChange> Of(ReinitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return
        [
            Text("Version", run, side => side.Version),
            Text("Build", run, side => side.Build),
            Text("SVN", run, side => side.Svn),
            Text("TDX_FEATURES0", run, side => side.Features),
            Text("Limits", run, side => side.Limits),
            Text("TDMR layout", run, side => side.LayoutHash is { Length: > ShownHash } hash ? "SHA-256 " + hash[..ShownHash] : side.LayoutHash),
            Text("Updates left", run, side => side.UpdatesLeft?.ToString(CultureInfo.InvariantCulture) ?? ""),
        ];
    }

    /// <summary>Features that the new module has and the old one had not, and the other way round, by name.</summary>
    public static (IReadOnlyList<string> Added, IReadOnlyList<string> Removed) Features(ReinitRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        if (Bits(run.Before) is not { } before || Bits(run.After) is not { } after)
        {
            return ([], []);
        }

        return (Names(after & ~before), Names(before & ~after));
    }

    private static ModuleChange Text(string label, ReinitRun run, Func<ModuleFingerprint, string> of)
    {
        string before = run.Before is { } old ? of(old) : "", after = run.After is { } now ? of(now) : "";
        return new ModuleChange(label, before.Length > 0 ? before : NotKnown, after.Length > 0 ? after : NotKnown, before.Length > 0 && after.Length > 0 && before != after);
    }

    private static ulong? Bits(ModuleFingerprint? side) =>
        side?.Features is { Length: > 2 } text && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong bits) ? bits : null;

    private static List<string> Names(ulong bits) => [.. FeatureBits.Features0(bits).Where(bit => bit.IsSet).Select(bit => bit.Name)];
}
