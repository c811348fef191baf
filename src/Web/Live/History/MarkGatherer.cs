using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Live.History;

/// <summary>Gathers changes into evenly spread marks, so that a time line draws a bounded number of them.</summary>
/// <param name="from">The start of the window, in microseconds since 1970 in UTC.</param>
/// <param name="to">The end.</param>
/// <param name="most">The most marks.</param>
internal sealed class MarkGatherer(long from, long to, int most)
{
    private readonly HistoryMark?[] _marks = new HistoryMark?[most];

    /// <summary>The marks, ascending.</summary>
    public IReadOnlyList<HistoryMark> Marks => [.. _marks.OfType<HistoryMark>()];

    /// <summary>Takes a change that lies in the window.</summary>
    public void Take(MarkRow row)
    {
        bool isCompared = row.Compared != 0;
        ChangeKinds touched = isCompared ? (ChangeKinds)row.Kinds : ChangeKinds.None;
        int place = (int)Math.Clamp((long)((Int128)(row.ReceivedAt - from) * most / (to - from)), 0, most - 1);
        var mark = new HistoryMark(UnixTime.FromMicroseconds(row.ReceivedAt), 1, (int)row.Changed, touched, row.Revision, isCompared);
        _marks[place] = _marks[place] is not { } known ? mark : mark with
        {
            Snapshots = known.Snapshots + 1,
            Fields = Math.Max(known.Fields, mark.Fields),
            Kinds = known.Kinds | mark.Kinds,
            IsCompared = known.IsCompared && isCompared,
        };
    }
}
