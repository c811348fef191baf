using System.Globalization;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Nfd;

/// <summary>What a host's TDX platform is in the features of node-feature-discovery. Nothing of NFD's own names (<c>cpu-security.tdx.*</c>) is among them. What is
/// emulated has names of its own, so that no rule takes it for real.</summary>
internal static class NfdFeatures
{
    private const string Real = "tdxdash-", Emulated = "tdxdash-emulated";

    // Above these shares of MAX_RESERVED_PER_TDMR; the fleet page calls a host out from the higher one on.
    private const double Medium = 0.5, High = 0.75;

    /// <summary>Works them out.</summary>
    public static IReadOnlyList<NfdFeature> Of(HostView view)
    {
        Snapshot snapshot = view.Snapshot;
        var features = new FeatureList(snapshot.Origin == Origin.Demo);
        features.Label("readiness", Reading.Known(StateWord(view.Verdict.State), Provenance.Computed, "readiness checks"), word => word);
        features.Label("module.version.full", view.Module.Version, version => version.ToString());
        features.Label("module.version.major", view.Module.Version, version => Number(version.Major));
        features.Label("module.version.minor", view.Module.Version, version => Number(version.Minor));
        features.Label("module.version.revision", view.Module.Version, version => Number(version.Update));
        features.Fact("module.build-number", view.Module.BuildNumber, number => Number(number));
        features.Fact("module.build-date", view.Module.BuildDate, date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        AddLayout(features, snapshot.Layout);
        return features.All;
    }

    /// <summary>The word of a state.</summary>
    internal static string StateWord(TdxState state) => state switch
    {
        TdxState.Ready => "ready",
        TdxState.AtRisk => "at-risk",
        TdxState.NotInitialized => "not-initialized",
        TdxState.Failed => "failed",
        _ => "no-tdx",
    };

    /// <summary>The class of use of the fullest TDMR's reserved areas.</summary>
    internal static string UseClass(int used, int limit) => ((double)used / limit) switch
    {
        > 1 => "exceeded",
        1 => "full",
        > High => "high",
        > Medium => "medium",
        _ => "low",
    };

    private static void AddLayout(FeatureList features, LayoutFacts facts)
    {
        if (!facts.Layout.IsKnown || !facts.Limits.TryGet(out TdmrLimits? limits) || limits.MaxReservedPerTdmr == 0)
        {
            return;
        }

        features.Label("reserved-areas.use", facts.Layout, layout => UseClass(layout.PeakReserved, limits.MaxReservedPerTdmr));
        if (facts.Limits.Provenance == Provenance.Hypothetical)
        {
            features.Label("reserved-areas.limit-assumed", facts.Layout, _ => "true");
        }

        features.Fact("reserved-areas.peak", facts.Layout, layout => Number(layout.PeakReserved));
        features.Fact("reserved-areas.limit", facts.Limits, value => Number(value.MaxReservedPerTdmr));
        features.Fact("tdmrs.needed", facts.Layout, layout => Number(layout.TdmrsNeeded));
        features.Fact("tdmrs.limit", facts.Limits, value => Number(value.MaxTdmrs));
        features.Fact("pamt.mib", facts.Layout, layout => (layout.PamtKiB >> 10).ToString(CultureInfo.InvariantCulture));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed class FeatureList(bool isDemo)
    {
        private readonly List<NfdFeature> _features = [];
        private readonly bool _isDemo = isDemo;
        private bool _isEmulated = isDemo;

        // The mark stands first.
        public IReadOnlyList<NfdFeature> All => _isEmulated ? [new NfdFeature(Emulated, "true", IsLabel: true), .. _features] : _features;

        public void Label<T>(string name, Reading<T> reading, Func<T, string> text) => Add(name, reading, text, isLabel: true);

        public void Fact<T>(string name, Reading<T> reading, Func<T, string> text) => Add(name, reading, text, isLabel: false);

        private void Add<T>(string name, Reading<T> reading, Func<T, string> text, bool isLabel)
        {
            if (reading.TryGet(out T? value))
            {
                bool isEmulated = _isDemo || reading.Provenance == Provenance.Emulated;
                _isEmulated |= isEmulated;
                _features.Add(new NfdFeature(isEmulated ? $"{Emulated}.{name}" : $"{Real}{name}", text(value), isLabel));
            }
        }
    }
}
