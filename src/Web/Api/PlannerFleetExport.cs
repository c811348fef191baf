using System.Globalization;
using System.Text;
using CsvHelper;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Api;

/// <summary>The fleet's plan as a file: what the page of the same query shows, all hosts of it, gaps with their reasons.</summary>
internal static class PlannerFleetExport
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/planner/fleet.csv", (HttpRequest request, FleetAtATime fleet, FleetPlanner planner, CancellationToken cancellation) =>
            AnswerAsync(request, fleet, planner, "text/csv; charset=utf-8", "csv", (rows, state, _) => Csv(rows, state.Price), cancellation));
        routes.MapGet("/planner/fleet.json", (HttpRequest request, FleetAtATime fleet, FleetPlanner planner, CancellationToken cancellation) =>
            AnswerAsync(request, fleet, planner, "application/json", "json", PlannerFleetJson.Write, cancellation));
    }

    private static async Task<IResult> AnswerAsync(HttpRequest request, FleetAtATime fleet, FleetPlanner planner, string type, string extension,
        Func<IReadOnlyList<PlannerFleetRow>, PlannerFleetState, DateTimeOffset, byte[]> write, CancellationToken cancellation)
    {
        string query = request.QueryString.Value ?? "";
        UrlParse<PlannerFleetState> parse = PlannerFleetState.Parse(UrlQuery.FromUri(query));
        var search = FleetSearch.Parse(parse.State.Search);
        AsOf asOf = AsOf.FromUri(query, fleet.Now);
        string problem = string.Join(' ', parse.Problems.Concat(search.Problems.Select(one => one.ToString())).Prepend(asOf.Problem ?? "").Where(one => one.Length > 0));
        if (problem.Length > 0)
        {
            // A file of now, or of another question, must not pass for what was asked.
            return Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest, title: "Nothing to plan");
        }

        FleetSnapshot snapshot = await fleet.GetAsync(asOf.At, cancellation);
        IReadOnlyList<FleetHost> hosts = snapshot.Select(new FleetQuery(search, [], [])).Hosts;
        FleetPlan plan = await planner.PlanAsync(hosts, parse.State.Change, parse.State.Purchase, cancellation);
        string stamp = snapshot.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return Results.File(write(PlannerFleetRow.Of(hosts, plan), parse.State, snapshot.At), type, $"tdxdash-fleet-plan-{stamp}.{extension}");
    }

    private static byte[] Csv(IReadOnlyList<PlannerFleetRow> rows, decimal price)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, TableValues.Csv, leaveOpen: true))
        {
            foreach (PlannerFleetField field in PlannerFleetField.All)
            {
                csv.WriteField(field.Name);
            }

            csv.NextRecord();
            foreach (PlannerFleetRow row in rows)
            {
                foreach (PlannerFleetField field in PlannerFleetField.All)
                {
                    TableValues.Write(csv, field.Value(row, price));
                }

                csv.NextRecord();
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
