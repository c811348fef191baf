using System.Globalization;
using System.Text;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Api.V1;

/// <summary>Hosts: a list that is searched and sorted as the Fleet page's is, and one host.</summary>
internal static class HostEndpoints
{
    private const string Tag = "Hosts";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/hosts", ListAsync).Describe("listHosts", Tag, "Lists hosts",
            "Hosts that the caller sees, with the search, states and order of the Fleet page. A page begins behind the host that ended the one before, wherever that host stands by now; with 'at' nothing moves between pages.")
            .Takes(Parameters.Search, Parameters.States, Parameters.Sort, Parameters.At, Parameters.Limit, Parameters.Cursor).Gives<HostPage>();
        api.MapGet("/hosts/{hostId}", FindAsync).Describe("getHost", Tag, "Gets a host", "One host with its TDX module and its readiness checks.")
            .Takes(Parameters.At).Gives<HostDetail>();
    }

    private static async Task<IResult> ListAsync(HttpContext context, FleetAtATime fleet)
    {
        ApiCall call = ApiCall.Of(context);
        FleetQuery query = QueryOf(call.Query);
        DateTimeOffset? at = call.Query.Time(Parameters.At);
        int limit = (int)call.Query.Number(Parameters.Limit);
        (int Place, string Id) cursor = Read(call.Query);
        call.Query.Check();
        if (at > fleet.Now)
        {
            throw Problems.Parameter(Parameters.At.Name, $"'{Parameters.At.Name}' is yet to come: give an earlier time, or leave it out for now.");
        }

        FleetSnapshot snapshot = await fleet.GetAsync(at, call.Gone);
        IReadOnlyList<FleetHost> hosts = snapshot.Select(query).Hosts;
        int start = StartOf(hosts, cursor), end = Math.Min(hosts.Count, start + limit);
        var items = new List<HostItem>(end - start);
        for (int i = start; i < end; i++)
        {
            items.Add(HostMapping.Item(hosts[i], snapshot.At));
        }

        string? next = end < hosts.Count ? Write(end, hosts[end - 1].Id) : null;
        return ApiAnswer.Page(new HostPage { At = snapshot.At.ToUniversalTime(), Total = hosts.Count, Items = items, Next = next }, call.Request, next);
    }

    private static async Task<IResult> FindAsync(string hostId, HttpContext context, FleetAtATime fleet, IFleetHistory history, ILabelBook labels, IModuleCatalogue catalogue, SnapshotFinder finder)
    {
        ApiCall call = ApiCall.Of(context);
        DateTimeOffset? at = call.Query.Time(Parameters.At);
        call.Query.Check();
        FleetHost host = call.Host(hostId);
        FoundSnapshot found = await SnapshotSource.FindAsync(finder, hostId, at, null, call.Gone);
        if (at is { } moment)
        {
            host = await history.HostAsOfAsync(hostId, moment, call.Gone) is { } entry
                ? new FleetHost(entry, new HostFigures(entry.Summary, catalogue.Current), labels.Find(hostId))
                : throw Problems.NotFound($"Nothing is known of host {hostId} at that time. Choose a later one.");
        }

        return ApiAnswer.Json(HostMapping.Detail(host, at ?? fleet.Now, found.Snapshot));
    }

    // The page's own reading of states and order, a part at a time, so that each problem names its parameter.
    private static FleetQuery QueryOf(ApiQuery query)
    {
        var search = FleetSearch.Parse(query.Text(Parameters.Search));
        foreach (SearchProblem problem in search.Problems)
        {
            query.Add(Parameters.Search.Name, $"'{Parameters.Search.Name}': {problem}");
        }

        IReadOnlyList<string> states = query.Words(Parameters.States);
        UrlParse<FleetState> sort = FleetState.Parse(UrlQuery.Empty.With("sort", query.Text(Parameters.Sort)));
        foreach (string problem in sort.Problems)
        {
            query.Add(Parameters.Sort.Name, $"{problem}");
        }

        return new FleetQuery(search, states, sort.State.Sorts);
    }

    private static int StartOf(IReadOnlyList<FleetHost> hosts, (int Place, string Id) cursor)
    {
        if (cursor.Id.Length == 0)
        {
            return 0;
        }

        // Mostly it has not moved.
        if (cursor.Place <= hosts.Count && cursor.Place > 0 && hosts[cursor.Place - 1].Id == cursor.Id)
        {
            return cursor.Place;
        }

        for (int i = 0; i < hosts.Count; i++)
        {
            if (hosts[i].Id == cursor.Id)
            {
                return i + 1;
            }
        }

        return Math.Min(cursor.Place, hosts.Count);
    }

    private static string Write(int place, string id) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{place}:{id}")));

    private static (int Place, string Id) Read(ApiQuery query)
    {
        string text = query.Text(Parameters.Cursor);
        if (text.Length == 0)
        {
            return (0, "");
        }

        string[] parts = System.Buffers.Text.Base64Url.IsValid(text) ? Encoding.ASCII.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(text)).Split(':', 2) : [];
        if (parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int place) && Guid.TryParseExact(parts[1], "D", out _))
        {
            return (place, parts[1]);
        }

        query.Add(Parameters.Cursor.Name, $"'{Parameters.Cursor.Name}' is '{UrlReader.Shown(text)}', which no page gave: use 'next' of the page before as it is.");
        return (0, "");
    }
}
