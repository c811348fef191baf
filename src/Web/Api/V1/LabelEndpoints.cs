using TdxDash.Web.Api.Rest;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Api.V1;

/// <summary>Groups and tags: which there are, and those of a host.</summary>
internal static class LabelEndpoints
{
    private const string Tag = "Groups and tags", One = "/hosts/{hostId}/labels";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/groups", (HttpContext context, IFleetProjection fleet) => List(context, fleet, labels => labels.Group is { } group ? [group.ToString()] : []))
            .Describe("listGroups", Tag, "Lists the groups", "Those that a host is in.").Takes().Gives<LabelList>();
        api.MapGet("/tags", (HttpContext context, IFleetProjection fleet) => List(context, fleet, labels => labels.Tags))
            .Describe("listTags", Tag, "Lists the tags", "Those that a host has.").Takes().Gives<LabelList>();
        api.MapGet(One, Find).Describe("getLabels", Tag, "Gets the group and tags of a host", "As they are now.").Takes().Gives<HostLabelSet>();
        api.MapPut(One, ChangeAsync).Describe("setLabels", Tag, "Sets the group and tags of a host", "Both as a whole. The caller must be an operator of the group that the host is in and of the one that it gets.")
            .TakesBody<HostLabelSet>().TakesIfMatch().Gives<HostLabelSet>().Fails(StatusCodes.Status503ServiceUnavailable).RequireAuthorization(Policies.Operate);
    }

    private static ApiAnswer List(HttpContext context, IFleetProjection fleet, Func<HostLabels, IEnumerable<string>> names)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        return ApiAnswer.Json(new LabelList
        {
            Items = [.. fleet.Current.Hosts.SelectMany(host => names(host.Labels)).GroupBy(name => name, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => new LabelItem { Name = group.Key, Hosts = group.Count() })],
        });
    }

    private static ApiAnswer Find(string hostId, HttpContext context)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        return ApiAnswer.Json(HostLabelSet.Of(call.Host(hostId).Labels));
    }

    private static async Task<IResult> ChangeAsync(string hostId, HttpContext context, ILabelBook book)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        HostLabels wanted = Labels(await ApiBody.ReadAsync<HostLabelSet>(context)), before = call.Host(hostId).Labels;
        call.MayChange(before.Group);
        call.MayChange(wanted.Group);
        bool isGuarded = call.Matches(HostLabelSet.Of(before));
        if (!wanted.Equals(before) && await book.ChangeAsync(
            new Dictionary<string, HostLabels> { [hostId] = wanted }, call.By, call.Gone, isGuarded ? new Dictionary<string, HostLabels> { [hostId] = before } : null) is { } problem)
        {
            throw isGuarded && !book.Find(hostId).Equals(before) ? Problems.Changed(problem) : Problems.Unavailable(problem);
        }

        return ApiAnswer.Json(HostLabelSet.Of(wanted));
    }

    private static HostLabels Labels(HostLabelSet given)
    {
        LabelText? group = given.Group is null ? null : Label("$.group", given.Group);
        string[] tags = [.. given.Tags.Select((tag, i) => Label(FormattableString.Invariant($"$.tags[{i}]"), tag).ToString())];
        return tags.Length > HostLabels.MaxTags
            ? throw Problems.Body("$.tags", FormattableString.Invariant($"'tags' has {tags.Length} names; a host has at most {HostLabels.MaxTags}. Leave some out."))
            : new HostLabels(group, HostLabels.None.Tags.Union(tags));
    }

    private static LabelText Label(string member, string text) => LabelText.TryParse(text, out LabelText label)
        ? label
        : throw Problems.Body(member, $"'{ShownText.Limit(text, ShownText.MaxName)}' at {member} is no name of a group or tag: use {LabelText.Rule}.");
}
