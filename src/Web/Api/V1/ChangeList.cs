using System.Globalization;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Reads pages of a history, of one host or of all that the caller sees, which the history itself knows.</summary>
internal sealed class ChangeList
{
    private readonly ApiCall _call;
    private readonly HistoryFilter _filter;
    private readonly HistoryCursor? _from;
    private readonly int _limit;

    private ChangeList(ApiCall call, HistoryFilter filter, HistoryCursor? from, int limit) => (_call, _filter, _from, _limit) = (call, filter, from, limit);

    /// <summary>The list that a request asks for.</summary>
    /// <param name="call">The request.</param>
    /// <param name="hostId">The host; null for all.</param>
    /// <param name="time">The dashboard's clock.</param>
    /// <param name="kinds">The kinds of changes; none for all.</param>
    /// <param name="text">Part of a name or headline; empty for all.</param>
    /// <exception cref="ProblemException">A parameter is wrong, or there is no such host.</exception>
    public static ChangeList Of(ApiCall call, string? hostId, TimeProvider time, ChangeKinds kinds = ChangeKinds.None, string text = "")
    {
        int limit = (int)call.Query.Number(Parameters.Limit);
        HistoryCursor? cursor = Read(call.Query);
        TimeWindow window = WindowOf(call.Query, time);
        call.Query.Check();
        if (hostId is not null)
        {
            call.Host(hostId);
        }

        return new ChangeList(call, new HistoryFilter(window, hostId, kinds, text), cursor, limit);
    }

    /// <summary>The window that a request asks for: all that is known where it does not.</summary>
    public static TimeWindow WindowOf(ApiQuery query, TimeProvider time)
    {
        DateTimeOffset from = query.Time(Parameters.From) ?? DateTimeOffset.UnixEpoch;
        // The end is open, and what was received this very moment is to be in.
        DateTimeOffset to = query.Time(Parameters.To) ?? time.GetUtcNow().AddDays(1);
        if (from < to)
        {
            return new TimeWindow(from, to);
        }

        query.Add(Parameters.From.Name, $"'{Parameters.From.Name}' is not before '{Parameters.To.Name}': give an earlier start or a later end.");
        return new TimeWindow(DateTimeOffset.UnixEpoch, time.GetUtcNow());
    }

    /// <summary>Reads the page.</summary>
    public Task<HistoryPage> ReadAsync(IHostHistory history) => history.EntriesAsync(_filter, _from, _limit, _call.Gone);

    /// <summary>A cursor as it is given to the caller.</summary>
    public static string? Write(HistoryCursor? cursor) => cursor is { } place ? string.Create(CultureInfo.InvariantCulture, $"{place.ReceivedAt}-{place.Revision}") : null;

    private static HistoryCursor? Read(ApiQuery query)
    {
        string text = query.Text(Parameters.Cursor);
        string[] parts = text.Split('-');
        if (text.Length == 0)
        {
            return null;
        }

        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long received) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long revision))
        {
            return new HistoryCursor(received, revision);
        }

        query.Add(Parameters.Cursor.Name, $"'{Parameters.Cursor.Name}' is '{UrlReader.Shown(text)}', which no page gave: use 'next' of the page before as it is.");
        return null;
    }
}
