using Microsoft.AspNetCore.WebUtilities;
using TdxDash.Web.Security;

namespace TdxDash.Web.Api.Rest;

/// <summary>Makes problems, each kind in one place.</summary>
internal static class Problems
{
    /// <summary>The type of content.</summary>
    public const string ContentType = "application/problem+json";

    private const string Prefix = "urn:tdxdash:problem:";

    /// <summary>Parameters of the address are wrong.</summary>
    public static ProblemException Parameters(params IReadOnlyList<ProblemPart> errors) => Make(
        StatusCodes.Status400BadRequest, "invalid-parameter", "A parameter is wrong", string.Join(' ', errors.Select(error => error.Message)), errors);

    /// <summary>A parameter of the address is wrong.</summary>
    public static ProblemException Parameter(string name, string message) => Parameters([new ProblemPart { Name = name, Message = message }]);

    /// <summary>The body is wrong.</summary>
    public static ProblemException Body(string member, string message, int status = StatusCodes.Status400BadRequest) =>
        Make(status, "invalid-body", "The body is wrong", message, [new ProblemPart { Name = member, Message = message }]);

    /// <summary>Several members of the body are wrong.</summary>
    public static ProblemException Body(IReadOnlyList<ProblemPart> errors) =>
        Make(StatusCodes.Status400BadRequest, "invalid-body", "The body is wrong", string.Join(' ', errors.Select(error => error.Message)), errors);

    /// <summary>What is named is not there, or the caller does not see it.</summary>
    public static ProblemException NotFound(string detail) => Make(StatusCodes.Status404NotFound, "not-found", "Not found", detail);

    /// <summary>The caller lacks a right.</summary>
    public static ProblemException Forbidden(string detail) => Make(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", detail);

    /// <summary>The resource is not in the state that If-Match names.</summary>
    public static ProblemException Changed(string detail) => Make(StatusCodes.Status412PreconditionFailed, "changed", "Changed meanwhile", detail);

    /// <summary>The request does not fit what is kept.</summary>
    public static ProblemException Conflict(string detail) => Make(StatusCodes.Status409Conflict, "conflict", "Not possible now", detail);

    /// <summary>The store takes or gives nothing.</summary>
    public static ProblemException Unavailable(string detail) => Make(StatusCodes.Status503ServiceUnavailable, "unavailable", "Not possible at the moment", detail);

    /// <summary>As much of it goes on as there may be.</summary>
    public static ProblemException TooMany(string detail) => Make(StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests", detail);

    /// <summary>The body has not come in time.</summary>
    public static ProblemException TooSlow(string detail) => Make(StatusCodes.Status408RequestTimeout, "too-slow", "The body came too slowly", detail);

    /// <summary>A problem that is known by its status alone.</summary>
    public static Problem OfStatus(int status, string method, string path)
    {
        (string kind, string detail) = status switch
        {
            StatusCodes.Status401Unauthorized => ("unauthorized", "The request carries no valid API token. Send one as 'Authorization: Bearer TOKEN'; an administrator makes it."),
            StatusCodes.Status403Forbidden => ("forbidden", "The caller may not do this. Ask an administrator for a token with a higher role or for another group."),
            StatusCodes.Status404NotFound => ("not-found", $"There is no resource {ShownText.Limit(path, ShownText.MaxSentence)}. /api/v1/openapi.json lists all of them."),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", $"The resource does not take {ShownText.Limit(method, ShownText.MaxName)}. The header Allow and /api/v1/openapi.json name what it takes."),
            StatusCodes.Status413PayloadTooLarge => ("invalid-body", "The body is larger than this resource takes; docs/api.md has the limits."),
            StatusCodes.Status415UnsupportedMediaType => ("invalid-body", "The body has a type that this resource does not take. Send it as application/json."),
            StatusCodes.Status429TooManyRequests => ("too-many-requests", "The caller sends more requests than the dashboard answers. Wait as long as the header Retry-After says, and ask less often."),
            StatusCodes.Status503ServiceUnavailable => ("unavailable", "The dashboard cannot answer at the moment. Try again later."),
            >= StatusCodes.Status500InternalServerError => ("internal", "The dashboard failed on this request; its log says how. Try again, and report it if it stays."),
            _ => ("invalid-request", "The request is not one that the dashboard understands. /api/v1/openapi.json says what it takes."),
        };
        return new Problem { Type = Prefix + kind, Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = detail };
    }

    private static ProblemException Make(int status, string kind, string title, string detail, IReadOnlyList<ProblemPart>? errors = null) =>
        new(new Problem { Type = Prefix + kind, Title = title, Status = status, Detail = detail, Errors = errors });
}
