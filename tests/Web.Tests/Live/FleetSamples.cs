using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Tests.Components;

namespace TdxDash.Web.Tests.Live;

/// <summary>Hosts of a fleet for tests that look at no page.</summary>
internal static class FleetSamples
{
    public static FleetHost Host(string name, TdxState state = TdxState.Ready, Origin origin = Origin.Live, int secondsAgo = 3, HostLabels? labels = null, Func<HostSummary, HostSummary>? with = null)
    {
        HostEntry entry = Samples.Entry(name, name, state, origin, secondsAgo: secondsAgo);
        entry = with is null ? entry : entry with { Summary = with(entry.Summary) };
        return new FleetHost(entry, new HostFigures(entry.Summary), labels ?? HostLabels.None);
    }

    public static HostLabels Labels(string? group, params string[] tags) =>
        new(LabelText.TryParse(group, out LabelText label) ? label : null, HostLabels.None.Tags.Union(tags));

    public static HostSummary Version(HostSummary summary, int major, int minor, int update) =>
        summary with { Version = Reading.Known(new ModuleVersion(major, minor, update), Provenance.Kernel, "test") };

    public static HostSummary Memory(HostSummary summary, ulong gib) => summary with { Memory = Reading.Known(new ByteSize(gib << 30), Provenance.Kernel, "test") };

    public static Reading<T> Unknown<T>() => Reading.Unreadable<T>("test", "Not read.", "Read it.");
}
