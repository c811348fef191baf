using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Connections;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Ingest;

/// <summary>Lets in probes that are enrolled, one after the other. The framework's own middleware stays around a request until it ends, which for a probe is when its connection does: a tenth
/// of the memory of ten thousand connections. Here nothing of it is left once a probe is in.</summary>
/// <param name="signIns">Tells who is enrolled.</param>
internal sealed class ProbeDoor(SignInCheck signIns) : IDisposable
{
    private readonly TokenBucketRateLimiter _turns = new(ProbeGate.InTurn());

    /// <summary>Has endpoints let nobody else in.</summary>
    /// <param name="endpoints">What only probes may call.</param>
    /// <param name="services">Where the door is found.</param>
    public static void Guard(IEndpointConventionBuilder endpoints, IServiceProvider services)
    {
        var door = services.GetRequiredService<ProbeDoor>();
        endpoints.WithMetadata(door).ShortCircuit();
        endpoints.Finally(endpoint => endpoint.RequestDelegate = door.Before(endpoint.RequestDelegate!));
    }

    /// <inheritdoc/>
    public void Dispose() => _turns.Dispose();

    private RequestDelegate Before(RequestDelegate inside) => context =>
    {
        (ProbePrincipal? probe, string refusal) = signIns.Check(context.Request);
        if (probe is null)
        {
            ProbeAuthentication.Refuse(context.Response, refusal);
            return Task.CompletedTask;
        }

        context.User = probe.AsCaller();
        if (IsEstablished(context))
        {
            return inside(context);
        }

        // A stranger takes no place in the line: this comes after who is let in at all. Who need not wait leaves no waiting behind.
        Task<bool> turn = HasTurnAsync(context.RequestAborted);
        return turn is { IsCompletedSuccessfully: true, Result: true } ? inside(context) : InTurnAsync(turn, context, inside);
    };

    private static async Task InTurnAsync(Task<bool> turn, HttpContext context, RequestDelegate inside)
    {
        bool isItsTurn;
        try
        {
            isItsTurn = await turn;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // gone while it waited
        }

        if (isItsTurn)
        {
            await inside(context);
            return;
        }

        ProbeGate.SendAway(context.Response);
    }

    private async Task<bool> HasTurnAsync(CancellationToken gone)
    {
        using RateLimitLease lease = await _turns.AcquireAsync(1, gone);
        return lease.IsAcquired;
    }

    // A message or a poll of a connection that is there.
    private static bool IsEstablished(HttpContext context) =>
        context.Request.Query["id"].ToString().Length > 0 && context.GetEndpoint()?.Metadata.GetMetadata<NegotiateMetadata>() is null;
}
