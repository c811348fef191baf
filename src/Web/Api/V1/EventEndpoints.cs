using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Hubs;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Api.V1;

/// <summary>Initialisations and updates of TDX modules: pages from any revision on, and a stream.</summary>
internal static class EventEndpoints
{
    private const string Tag = "Events", ResumeHeader = "Last-Event-ID";

    // A caller whose rights end must not go on hearing; EventSource and a loop around curl resume by themselves.
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/events", ListAsync).Describe("listEvents", Tag, "Lists events from a revision on", "What was seen of initialisations and updates of TDX modules, oldest first, without gap or duplicate: go on with 'next'. 409 where events after the revision are not kept any more.")
            .Takes(Parameters.Revision, Parameters.Host, Parameters.Group, Parameters.Limit).Gives<EventPage>().Fails(StatusCodes.Status409Conflict);
        api.MapGet("/events/stream", Stream).Describe("streamEvents", Tag, "Streams events", "As server-sent events: first one named 'revisions' that tells what is kept, then what comes; each has its revision as its id. With the header Last-Event-ID, which browsers send by themselves, or with 'after', what was missed comes first. The stream ends after a minute, so that rights are asked for again: connect anew with the last id.")
            .Takes(Parameters.Revision, Parameters.Host, Parameters.Group).Produces<EventItem>(StatusCodes.Status200OK, "text/event-stream").Fails(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(HttpContext context, LiveStream stream, EventReader reader, ILabelBook labels, IViewer viewer)
    {
        ApiCall call = ApiCall.Of(context);
        long after = call.Query.Number(Parameters.Revision);
        int limit = (int)call.Query.Number(Parameters.Limit);
        (string? hostId, Func<string, bool> isMeant) = ScopeOf(call, labels, viewer);
        return ApiAnswer.Json(await Task.Run(() => Read(stream, reader, after, limit, hostId, isMeant), call.Gone));
    }

    private static EventPage Read(LiveStream stream, EventReader reader, long after, int limit, string? hostId, Func<string, bool> isMeant)
    {
        LiveRevisions kept = reader.Bounds();
        Check(stream, after, hostId, isMeant);
        var items = new List<EventItem>(limit);
        foreach (ReinitNews news in stream.Missed(after, hostId).SelectMany(page => page).Where(news => news.Event.Revision <= kept.Newest && isMeant(news.Event.HostId)))
        {
            if (items.Count == limit)
            {
                return new EventPage { Items = items, Next = items[^1].Revision, HasMore = true, Oldest = kept.Oldest, Newest = kept.Newest };
            }

            items.Add(EventItem.Of(LiveRecord.Of(news)));
        }

        return new EventPage { Items = items, Next = Math.Max(after, kept.Newest), HasMore = false, Oldest = kept.Oldest, Newest = kept.Newest };
    }

    private static ServerSentEventsResult<object> Stream(HttpContext context, LiveStream stream, EventReader reader, ILabelBook labels, IViewer viewer, OpenStreams streams)
    {
        ApiCall call = ApiCall.Of(context);
        long? after = context.Request.Query.ContainsKey(Parameters.Revision.Name) ? call.Query.Number(Parameters.Revision) : null;
        if (context.Request.Headers[ResumeHeader].ToString() is { Length: > 0 } text)
        {
            if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long resumed))
            {
                after = resumed;
            }
            else
            {
                call.Query.Add(ResumeHeader, $"The header {ResumeHeader} is '{Security.ShownText.Limit(text, Security.ShownText.MaxName)}': use the id of an event, a whole number.");
            }
        }

        (string? hostId, Func<string, bool> isMeant) = ScopeOf(call, labels, viewer);
        if (after is { } from)
        {
            Check(stream, from, hostId, isMeant);
        }

        if (!streams.TryOpen(call.By.Name, out string refusal))
        {
            throw Problems.TooMany(refusal);
        }

        // Also where the answer never begins.
        context.Response.RegisterForDispose(new Closing(() => streams.Close(call.By.Name)));
        return TypedResults.ServerSentEvents(FollowAsync(stream, reader.Bounds(), hostId, isMeant, after, call.Gone));
    }

    private static async IAsyncEnumerable<SseItem<object>> FollowAsync(
        LiveStream stream, LiveRevisions kept, string? hostId, Func<string, bool> isMeant, long? after, [EnumeratorCancellation] CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone);
        end.CancelAfter(Life);
        yield return new SseItem<object>(kept, "revisions") { EventId = (after ?? kept.Newest).ToString(CultureInfo.InvariantCulture) };
        await using IAsyncEnumerator<LiveRecord> records = stream.ReadAsync(isMeant, hostId, after ?? kept.Newest, end.Token).GetAsyncEnumerator(end.Token);
        while (await NextAsync(records, end.Token))
        {
            yield return new SseItem<object>(EventItem.Of(records.Current)) { EventId = records.Current.Revision.ToString(CultureInfo.InvariantCulture) };
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<LiveRecord> records, CancellationToken end)
    {
        try
        {
            return await records.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }

    private static (string? HostId, Func<string, bool> IsMeant) ScopeOf(ApiCall call, ILabelBook labels, IViewer viewer)
    {
        (string host, string name) = (call.Query.Text(Parameters.Host), call.Query.Text(Parameters.Group));
        LabelText? group = name.Length == 0 ? null : LabelText.TryParse(name, out LabelText label) ? label : null;
        if (name.Length > 0 && group is null)
        {
            call.Query.Add(Parameters.Group.Name, $"'{Parameters.Group.Name}' is '{Security.ShownText.Limit(name, Security.ShownText.MaxName)}', which is no name of a group: use {LabelText.Rule}.");
        }

        call.Query.Check();
        if (host.Length > 0)
        {
            call.Host(host);
        }

        // Asked at each event: groups and rights change while a stream goes on.
        return (host.Length > 0 ? host : null, id => (host.Length == 0 || id == host) && (group is null || labels.Find(id).Group == group) && viewer.May(Role.Viewer, id));
    }

    private static void Check(LiveStream stream, long after, string? hostId, Func<string, bool> isMeant)
    {
        try
        {
            stream.Check(after, hostId, isMeant);
        }
        catch (HubException e)
        {
            throw Problems.Conflict(e.Message);
        }
    }

    private sealed class Closing(Action close) : IDisposable
    {
        public void Dispose() => close();
    }
}
