using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.History;
using HostAttribute = TdxDash.Tdx.Snapshots.HostAttribute;

namespace TdxDash.Web.Components.History;

/// <summary>A stretch of time in which something stayed the same.</summary>
/// <param name="From">Its start.</param>
/// <param name="To">Its end.</param>
/// <param name="Text">What stayed the same.</param>
/// <param name="IsKnown">Whether that is a value, and not the lack of one.</param>
public sealed record TimeBand(DateTimeOffset From, DateTimeOffset To, string Text, bool IsKnown);

/// <summary>Bands of one kind, ascending.</summary>
/// <param name="Title">What they show.</param>
/// <param name="Bands">The bands.</param>
/// <param name="Provenance">Where the last value comes from; null where none is known.</param>
/// <param name="Source">The source of the last value.</param>
public sealed record TimeLane(string Title, IReadOnlyList<TimeBand> Bands, Provenance? Provenance = null, string Source = "");

/// <summary>Makes bands of a host's states.</summary>
public static class TimelineBands
{
    // Those that people look for first stand even where they never changed.
    private static readonly HostAttribute[] Always = [HostAttribute.ModuleVersion, HostAttribute.ModuleBuild, HostAttribute.Features, HostAttribute.Kernel];

    /// <summary>The boots.</summary>
    public static TimeLane Boots(HostTimeline timeline, TimeWindow window, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        return new TimeLane("boot", Merge(timeline, window, now, state => (state.Snapshot.BootId, true)));
    }

    /// <summary>The state: ready, at risk, failed and so on.</summary>
    public static TimeLane States(HostTimeline timeline, TimeWindow window, DateTimeOffset now) =>
        new("state", Merge(timeline, window, now, state => (Parts.StateBadge.Word(state.Digest.Summary.State), true)));

    /// <summary>The attributes: the usual ones, and those that changed in the window.</summary>
    public static IReadOnlyList<TimeLane> Attributes(HostTimeline timeline, TimeWindow window, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(timeline);
        var lanes = new List<TimeLane>();
        foreach (HostAttribute attribute in Enum.GetValues<HostAttribute>())
        {
            List<TimeBand> bands = Merge(timeline, window, now, state => Value(state.Digest.Attributes[attribute]));
            if (Always.Contains(attribute) || bands.Count > 1)
            {
                Reading<string>? last = timeline.States.Count > 0 ? timeline.States[^1].Digest.Attributes[attribute] : null;
                lanes.Add(new TimeLane(HostAttributes.Title(attribute), bands, last is { IsKnown: true } ? last.Provenance : null, last?.Source ?? ""));
            }
        }

        return lanes;
    }

    private static (string Text, bool IsKnown) Value(Reading<string> reading) => reading.State switch
    {
        ReadingState.Known => (reading.Value, true),
        ReadingState.NotOffered => ("not offered", false),
        _ => ("not readable", false),
    };

    private static List<TimeBand> Merge(HostTimeline timeline, TimeWindow window, DateTimeOffset now, Func<PastState, (string Text, bool IsKnown)> value)
    {
        DateTimeOffset end = now < window.To ? now : window.To;
        var bands = new List<TimeBand>();
        foreach (PastState state in timeline.States)
        {
            (string text, bool isKnown) = value(state);
            DateTimeOffset from = state.Snapshot.ReceivedAt > window.From ? state.Snapshot.ReceivedAt : window.From;
            if (bands.Count > 0 && bands[^1].Text == text && bands[^1].IsKnown == isKnown)
            {
                bands[^1] = bands[^1] with { To = end };
                continue;
            }

            if (bands.Count > 0)
            {
                bands[^1] = bands[^1] with { To = from };
            }

            bands.Add(new TimeBand(from, end > from ? end : from, text, isKnown));
        }

        return bands;
    }
}
