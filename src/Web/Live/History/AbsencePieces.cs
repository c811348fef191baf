using TdxDash.Wire;

namespace TdxDash.Web.Live.History;

/// <summary>Tells a host's own silences from those in which the dashboard was away.</summary>
internal static class AbsencePieces
{
    // A probe that lost its dashboard tries again at growing intervals, up to half a minute; so long after a start its silence is the pause's.
    private static readonly long Reconnect = (long)TimeSpan.FromMinutes(1).TotalMicroseconds;
    private static readonly long Unnoticed = (long)ProbeContract.SilentAfter.TotalMicroseconds;

    /// <summary>Cuts silences at the pauses of the dashboard.</summary>
    /// <param name="silences">When the host was not heard of, in any order, in microseconds since 1970 in UTC.</param>
    /// <param name="pauses">When the dashboard did not run, in any order, without overlap.</param>
    /// <returns>The pieces, ascending.</returns>
    public static List<Absence> Of(IEnumerable<(long From, long To)> silences, IEnumerable<(long From, long To)> pauses)
    {
        (long From, long To)[] away = [.. pauses.OrderBy(pause => pause.From)];
        var pieces = new List<Absence>();
        foreach ((long from, long to) in silences.OrderBy(silence => silence.From))
        {
            long at = from;
            foreach ((long awayFrom, long awayTo) in away.Where(pause => pause.From < to && pause.To > from))
            {
                long start = awayFrom - at < Unnoticed ? at : awayFrom;
                long end = Math.Min(to, to - awayTo < Reconnect ? to : awayTo);
                Add(pieces, at, start, AbsenceCause.Silent);
                Add(pieces, start, end, AbsenceCause.DashboardAway);
                at = end;
            }

            Add(pieces, at, to, AbsenceCause.Silent);
        }

        return pieces;
    }

    private static void Add(List<Absence> pieces, long from, long to, AbsenceCause cause)
    {
        if (from < to)
        {
            pieces.Add(new Absence(UnixTime.FromMicroseconds(from), UnixTime.FromMicroseconds(to), cause));
        }
    }
}
