using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using TdxDash.Web.Ingest;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Security.Probes;

/// <summary>Where probes get a challenge, are enrolled and change their keys.</summary>
internal static class ProbeEndpoints
{
    private const int MostVersion = 64;

    /// <summary>Maps the endpoints.</summary>
    public static void Map(WebApplication app)
    {
        // Open to everybody: a challenge means nothing until an enrolled key has signed it.
        app.MapGet(ProbeContract.ChallengePath, (ProbeChallenges challenges) => TypedResults.Text(challenges.Issue())).AllowAnonymous().RequireRateLimiting(ProbeGate.Challenges);

        // Open to everybody: the token in the body is what lets a probe in that is not known yet.
        app.MapPost(ProbeContract.EnrolPath, EnrolAsync).AllowAnonymous().RequireRateLimiting(EnrolmentLimit.Policy);
        app.MapPost(ProbeContract.RotatePath, RotateAsync).RequireAuthorization(Policies.Probe).RequireRateLimiting(EnrolmentLimit.Policy);
        ProbeDoor.Guard(app.MapGet(ProbeContract.SelfPath, () => TypedResults.NoContent()), app.Services);
    }

    private static async Task<IResult> EnrolAsync(HttpContext context, ProbeRegistry registry)
    {
        (EnrolRequest? request, IResult? unreadable) = await ReadAsync(context, WireJson.Default.EnrolRequest);
        if (request is null)
        {
            return unreadable!;
        }

        (EnrolmentAsk? ask, string refusal) = Check(request, CallerAddress.Of(context));
        if (ask is null)
        {
            return Refuse(StatusCodes.Status400BadRequest, refusal);
        }

        DirectOutcome<EnrolmentOutcome> outcome = await registry.EnrolAsync(ask);
        return outcome switch
        {
            { Failure: { } failure } => Refuse(StatusCodes.Status503ServiceUnavailable, failure),
            { Result: { Status: StatusCodes.Status200OK } enrolled } => Answer(StatusCodes.Status200OK, new EnrolReply(registry.Realm, "", enrolled.Group?.ToString() ?? "")),
            { Result: { } refused } => Refuse(refused.Status, refused.Reason),
            _ => throw new InvalidOperationException("An enrolment ended with neither a result nor a failure."),
        };
    }

    private static async Task<IResult> RotateAsync(HttpContext context, ProbeRegistry registry)
    {
        (RotateRequest? request, IResult? unreadable) = await ReadAsync(context, WireJson.Default.RotateRequest);
        if (request is null)
        {
            return unreadable!;
        }

        ProbePrincipal probe = ProbePrincipal.Of(context.User)!;
        byte[] statement = RotateRequest.Statement(registry.Realm, probe.KeyId, request.PublicKey);
        if (registry.Find(probe.KeyId) is not { } known || !ProbeKeys.Verify(known.PublicKey, statement, request.Consent) || !ProbeKeys.Verify(request.PublicKey, statement, request.Proof))
        {
            return Refuse(StatusCodes.Status400BadRequest, "A signature does not fit: both the old and the new key have to sign the change.");
        }

        DirectOutcome<string> outcome = await registry.RotateAsync(probe, request.PublicKey, CallerAddress.Of(context));
        return outcome.Failure is { } failure ? Refuse(StatusCodes.Status503ServiceUnavailable, failure)
            : outcome.Result is null ? Refuse(StatusCodes.Status409Conflict, "The new key is enrolled already, or the old one was changed meanwhile. Run tdxprobe rotate again.")
            : Answer(StatusCodes.Status200OK, new EnrolReply(registry.Realm, "", ""));
    }

    private static (EnrolmentAsk? Ask, string Refusal) Check(EnrolRequest request, string address)
    {
        string hostId = "";
        if (EnrolmentToken.Read(request.Token) is not { } token)
        {
            return (null, "This is no enrolment token: one begins with tdxe_. Check that it was copied whole.");
        }

        if (!Enum.IsDefined(request.Scope) || !Enum.IsDefined(request.Origin))
        {
            return (null, "The request names a kind of probe or host that is not known here. Update the dashboard to the probe's version.");
        }

        if (request.Scope == ProbeScope.Host ? !WireGuid.TryNormalise(request.HostId, out hostId) || DemoHosts.Hold(hostId) || ImportedHost.CanBe(hostId) : request.HostId.Length > 0)
        {
            return (null, "The host identity is not that of a probe's own host, a GUID that the probe made by chance. Delete the probe's journal if it was edited; the probe makes a new identity.");
        }

        return ProbeKeys.Verify(request.PublicKey, request.Statement(), request.Proof)
            ? (new EnrolmentAsk(token, request.Scope, hostId, ShownText.Limit(request.HostName, ShownText.MaxName), request.Origin, ShownText.Limit(request.ProbeVersion, MostVersion),
                request.PublicKey, request.Statement(), request.Consent, address), "")
            : (null, "The key is none on the curve P-256, or the request is not signed with it. Update the probe to this dashboard's version.");
    }

    private static async Task<(T? Request, IResult? Refusal)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = EnrolRequest.MaxBytes;
        try
        {
            T? request = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
            return request is null ? (null, Refuse(StatusCodes.Status400BadRequest, "The request is empty.")) : (request, null);
        }
        catch (BadHttpRequestException e)
        {
            return (null, Refuse(e.StatusCode, $"The request is longer than {EnrolRequest.MaxBytes} bytes, or was cut off."));
        }
        catch (JsonException)
        {
            return (null, Refuse(StatusCodes.Status400BadRequest, "The request is not the JSON that a probe of this version sends. Update the probe to this dashboard's version."));
        }
    }

    private static JsonHttpResult<EnrolReply> Refuse(int status, string reason) => Answer(status, new EnrolReply("", reason, ""));

    private static JsonHttpResult<EnrolReply> Answer(int status, EnrolReply reply) => TypedResults.Json(reply, WireJson.Default.EnrolReply, statusCode: status);
}
