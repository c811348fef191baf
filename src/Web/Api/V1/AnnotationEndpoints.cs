using System.Globalization;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Api.V1;

/// <summary>Annotations: read, write, change, delete.</summary>
internal static class AnnotationEndpoints
{
    private const string Tag = "Annotations", One = "/annotations/{id}";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/annotations", ListAsync).Describe("listAnnotations", Tag, "Lists annotations", "Those that touch the window: of one host and of the fleet, or all of them.")
            .Takes(Parameters.Host, Parameters.From, Parameters.To, Parameters.NoteLimit, Parameters.Cursor).Gives<AnnotationList>();
        api.MapGet(One, FindAsync).Describe("getAnnotation", Tag, "Gets an annotation", "By its number.").Takes().Gives<AnnotationItem>();
        api.MapPost("/annotations", AddAsync).Describe("addAnnotation", Tag, "Writes an annotation", "The author is the caller. The answer's header Location has its address.")
            .TakesBody<NewAnnotation>().Gives<AnnotationItem>(StatusCodes.Status201Created).Fails(StatusCodes.Status503ServiceUnavailable).RequireAuthorization(Policies.Operate);
        api.MapPut(One, EditAsync).Describe("editAnnotation", Tag, "Changes an annotation", "Text, tags and time; its host and author stay.")
            .TakesBody<AnnotationChange>().TakesIfMatch().Gives<AnnotationItem>().Fails(StatusCodes.Status503ServiceUnavailable).RequireAuthorization(Policies.Operate);
        api.MapDelete(One, DeleteAsync).Describe("deleteAnnotation", Tag, "Deletes an annotation", "For good, but for a moment in which a person can bring it back on the history page.")
            .TakesIfMatch().Produces(StatusCodes.Status204NoContent).Fails(StatusCodes.Status503ServiceUnavailable).RequireAuthorization(Policies.Operate);
    }

    private static async Task<IResult> ListAsync(HttpContext context, IAnnotations annotations, TimeProvider time)
    {
        ApiCall call = ApiCall.Of(context);
        string hostId = call.Query.Text(Parameters.Host);
        // People note what is yet to come, too.
        bool isOpen = call.Query.Time(Parameters.To) is null;
        TimeWindow window = ChangeList.WindowOf(call.Query, time);
        int limit = (int)call.Query.Number(Parameters.NoteLimit);
        AnnotationPlace? after = Place(call.Query);
        call.Query.Check();
        if (hostId.Length > 0)
        {
            call.Host(hostId);
        }

        window = isOpen ? new TimeWindow(window.From, new DateTimeOffset(9_998, 1, 1, 0, 0, 0, TimeSpan.Zero)) : window;
        AnnotationPage page = await annotations.PageAsync(hostId.Length > 0 ? hostId : null, window, after, limit, call.Gone);
        string? next = page.Next is { } place ? string.Create(CultureInfo.InvariantCulture, $"{place.From}.{place.Id}") : null;
        return ApiAnswer.Page(new AnnotationList { Items = [.. page.Items.Select(AnnotationItem.Of)], Next = next }, call.Request, next);
    }

    private static AnnotationPlace? Place(ApiQuery query)
    {
        string text = query.Text(Parameters.Cursor);
        string[] parts = text.Split('.');
        if (text.Length == 0)
        {
            return null;
        }

        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long from) && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long id))
        {
            return new AnnotationPlace(from, id);
        }

        query.Add(Parameters.Cursor.Name, $"'{Parameters.Cursor.Name}' is '{UrlReader.Shown(text)}', which no page gave: use 'next' of the page before as it is.");
        return null;
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, IAnnotations annotations)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        return ApiAnswer.Json(AnnotationItem.Of(await SeenAsync(call, annotations, id)));
    }

    private static async Task<IResult> AddAsync(HttpContext context, IAnnotations annotations)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        NewAnnotation wanted = await ApiBody.ReadAsync<NewAnnotation>(context);
        MayChange(call, wanted.HostId);
        AnnotationDraft draft = Draft(wanted.HostId, wanted);
        (long id, string? problem) = await annotations.AddAsync(draft, call.By);
        if (problem is not null || await annotations.FindAsync(id, call.Gone) is not { } kept)
        {
            throw Problems.Unavailable(problem ?? "The annotation was deleted at once by somebody else.");
        }

        ApiAnswer answer = ApiAnswer.Json(AnnotationItem.Of(kept), StatusCodes.Status201Created);
        return answer.With(HeaderNames.Location, string.Create(CultureInfo.InvariantCulture, $"{ApiRoutes.Root}/annotations/{id}"));
    }

    private static async Task<IResult> EditAsync(string id, HttpContext context, IAnnotations annotations)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        AnnotationChange wanted = await ApiBody.ReadAsync<AnnotationChange>(context);
        Annotation note = await SeenAsync(call, annotations, id);
        MayChange(call, note.HostId);
        DateTimeOffset? known = call.Matches(AnnotationItem.Of(note)) ? note.ChangedAt : null;
        string? problem = await annotations.EditAsync(note.Id, Draft(note.HostId, wanted), call.By, known);
        Annotation now = await SeenAsync(call, annotations, id);
        return problem is null ? ApiAnswer.Json(AnnotationItem.Of(now)) : throw Refused(problem, note, now);
    }

    private static async Task<IResult> DeleteAsync(string id, HttpContext context, IAnnotations annotations)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        Annotation note = await SeenAsync(call, annotations, id);
        MayChange(call, note.HostId);
        DateTimeOffset? known = call.Matches(AnnotationItem.Of(note)) ? note.ChangedAt : null;
        return await annotations.DeleteAsync(note.Id, call.By, known) is { } problem
            ? throw Refused(problem, note, await SeenAsync(call, annotations, id))
            : Results.NoContent();
    }

    private static ProblemException Refused(string problem, Annotation before, Annotation now) => before.ChangedAt != now.ChangedAt ? Problems.Changed(problem) : Problems.Unavailable(problem);

    private static async Task<Annotation> SeenAsync(ApiCall call, IAnnotations annotations, string id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && await annotations.FindAsync(number, call.Gone) is { } note
            ? note
            : throw Problems.NotFound($"There is no annotation '{Security.ShownText.Limit(id, Security.ShownText.MaxName)}', or the caller may not see it. GET {ApiRoutes.Root}/annotations lists those that it sees.");

    private static void MayChange(ApiCall call, string? hostId)
    {
        if (hostId is null)
        {
            call.MayChangeAll();
        }
        else
        {
            call.MayChange(call.Host(hostId).Labels.Group);
        }
    }

    private static AnnotationDraft Draft(string? hostId, AnnotationChange wanted)
    {
        // A tag with a blank would become two.
        string tags = string.Join(',', wanted.Tags.Select(tag => tag.Replace(' ', '\0')));
        (AnnotationDraft? draft, string? problem) = AnnotationDraft.Check(hostId, wanted.From, wanted.To, wanted.Text, tags);
        return draft ?? throw Problems.Body("$", problem!);
    }
}
