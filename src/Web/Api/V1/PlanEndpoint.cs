using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Plans: what TDX would cost on a machine, and which limit comes first. It keeps nothing, so that viewers may ask.</summary>
internal static class PlanEndpoint
{
    // A kernel log is some MiB.
    private const int MostBytes = 8 << 20;

    private static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(RouteGroupBuilder api) => api.MapPost("/plans", TakePlaceAsync).Describe("calculatePlan", "Plans", "Computes a plan",
        "What TDX costs on a machine that need not exist, whether it would initialise, and how far it is from each limit: as the planner's page computes it, from a text or from a host. Nothing is kept.")
        .TakesBody<PlanRequest>(MostBytes).Fails(StatusCodes.Status408RequestTimeout).Gives<PlanDocument>();

    // Bodies lie in memory, so that there are only so many; one that comes slowly takes a place and no turn.
    private static async Task<IResult> TakePlaceAsync(HttpContext context, SnapshotSource source, PlanTurns turns, TimeProvider time)
    {
        ApiCall call = ApiCall.Of(context);
        call.Query.Check();
        using IDisposable place = turns.Take(call.By.Name);
        PlanRequest request = await ApiBody.ReadAsync<PlanRequest>(context, BodyTime, time);
        return await turns.InTurnAsync(() => CalculateAsync(request, call, source), call.Gone);
    }

    private static async Task<IResult> CalculateAsync(PlanRequest request, ApiCall call, SnapshotSource source)
    {
        if (request.Text is null == request.Host is null)
        {
            throw Problems.Body("$", "The body has not exactly one of 'text' and 'host': give a plan's text, or a host.");
        }

        PlanSource plan = request.Host is { } host ? await OfHostAsync(call, source, host) : await Task.Run(() => PlanSourceReader.Read(request.Text!), call.Gone);
        if (plan.Problems.Count > 0)
        {
            throw Problems.Body([.. plan.Problems.Select(problem => new ProblemPart { Name = "$.text", Message = problem.ToString() })]);
        }

        if (plan is not { Spec: { } spec, Machine: { } machine })
        {
            throw Problems.Body(request.Host is null ? "$.text" : "$.host", $"There is nothing to plan with: {plan.Refusal}");
        }

        PlanResult result = await Task.Run(() => Planner.Calculate(machine), call.Gone);
        return ApiAnswer.Json(PlanMapping.Document(PlanText.Write(spec), result, request.WithHeadroom ? await SearchAsync(machine, call.Gone) : null));
    }

    private static async Task<PlanSource> OfHostAsync(ApiCall call, SnapshotSource source, string host)
    {
        FoundSnapshot found = await source.FindAsync(call, Parameters.Host, host);
        return await Task.Run(() => PlanSource.Of(found.Snapshot), call.Gone);
    }

    private static async Task<HeadroomItem> SearchAsync(PlanMachine machine, CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone);
        end.CancelAfter(Patience);
        try
        {
            return PlanMapping.Room(await Task.Run(() => Headroom.Of(machine, end.Token), end.Token));
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            FigureReading late = FigureReading.Of(Reading.Unreadable<HeadroomFigure>(
                "search over the layout engine", FormattableString.Invariant($"The search did not end within {Patience.TotalSeconds:0} s."), "Run tdxprobe plan, which searches for as long as it takes."));
            return new HeadroomItem { MemoryGiB = late, Nodes = late, Tds = late };
        }
    }
}
