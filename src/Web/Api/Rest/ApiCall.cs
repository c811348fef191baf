using Microsoft.Net.Http.Headers;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Api.Rest;

/// <summary>One request: who asks, what that caller sees and may change, and with which parameters.</summary>
internal sealed class ApiCall
{
    private readonly HttpContext _context;
    private readonly Rights _rights;

    private ApiCall(HttpContext context)
    {
        _context = context;
        _rights = CallerRights.Of(context.User);
        Query = new ApiQuery(context.Request, context.GetEndpoint()?.Metadata.GetMetadata<ApiOperation>() ?? new ApiOperation([]));
    }

    /// <summary>The parameters of the address.</summary>
    public ApiQuery Query { get; }

    /// <summary>The request.</summary>
    public HttpRequest Request => _context.Request;

    /// <summary>Who asks, for the audit log.</summary>
    public Actor By => CallerActor.Of(_context.User, _context.Connection.RemoteIpAddress?.ToString() ?? "");

    /// <summary>Cancelled when nobody waits for the answer any more.</summary>
    public CancellationToken Gone => _context.RequestAborted;

    /// <summary>The call of a request.</summary>
    public static ApiCall Of(HttpContext context) => new(context);

    /// <summary>A host that the caller sees.</summary>
    /// <exception cref="ProblemException">There is none, or the caller does not see it: both are told in the same words.</exception>
    public FleetHost Host(string hostId) =>
        _context.RequestServices.GetRequiredService<IFleetProjection>().Find(hostId) is { } host
            ? host
            : throw Problems.NotFound($"No host with the identity '{Security.ShownText.Limit(hostId, Security.ShownText.MaxName)}' has reported to this dashboard, or the caller may not see it. GET /api/v1/hosts lists those that it sees.");

    /// <summary>Makes sure that the caller may change what belongs to a group.</summary>
    /// <param name="group">The group; null for hosts without one.</param>
    /// <exception cref="ProblemException">It may not.</exception>
    public void MayChange(LabelText? group)
    {
        if (!_rights.May(Role.Operator, group))
        {
            throw Problems.Forbidden($"The caller is no operator of {(group is { } named ? $"the group '{named}'" : "hosts without a group")}. Ask an administrator for that role.");
        }
    }

    /// <summary>Makes sure that the caller may change what belongs to the whole fleet.</summary>
    /// <exception cref="ProblemException">It may not.</exception>
    public void MayChangeAll()
    {
        if (!_rights.MayEverywhere(Role.Operator))
        {
            throw Problems.Forbidden("The caller is no operator of the whole fleet. Ask an administrator for that role.");
        }
    }

    /// <summary>Makes sure that a resource is as If-Match says.</summary>
    /// <param name="current">The resource as it is.</param>
    /// <returns>Whether the request has an If-Match, so that the change must find the same.</returns>
    /// <exception cref="ProblemException">It is not.</exception>
    public bool Matches<T>(T current)
    {
        IList<EntityTagHeaderValue> wanted = Request.GetTypedHeaders().IfMatch;
        if (wanted.Count == 0)
        {
            return Request.Headers.IfMatch.Count > 0 ? throw Problems.Changed($"The header If-Match is '{Security.ShownText.Limit(Request.Headers.IfMatch.ToString(), Security.ShownText.MaxName)}', which is no entity tag. Send the header ETag of the last answer as it is, quotation marks included.") : false;
        }

        EntityTagHeaderValue tag = ApiAnswer.TagOf(current);
        return wanted.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: true))
            ? true
            : throw Problems.Changed($"The resource was changed meanwhile: its entity tag is {tag} now. Get it again, and repeat the change if it is still wanted.");
    }
}
