using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
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
    // A spreadsheet runs text that begins like a formula: such a field gets an apostrophe before it (OWASP, CSV injection).
    private static readonly CsvConfiguration Form = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/planner/fleet.csv", (HttpRequest request, FleetAtATime fleet, FleetPlanner planner, CancellationToken cancellation) =>
            AnswerAsync(request, fleet, planner, "text/csv; charset=utf-8", "csv", Csv, cancellation));
        routes.MapGet("/planner/fleet.json", (HttpRequest request, FleetAtATime fleet, FleetPlanner planner, CancellationToken cancellation) =>
            AnswerAsync(request, fleet, planner, "application/json", "json", Json, cancellation));
    }

    private static async Task<IResult> AnswerAsync(HttpRequest request, FleetAtATime fleet, FleetPlanner planner, string type, string extension,
        Func<IReadOnlyList<PlannerFleetRow>, decimal, byte[]> write, CancellationToken cancellation)
    {
        string query = request.QueryString.Value ?? "";
        UrlParse<PlannerFleetState> parse = PlannerFleetState.Parse(UrlQuery.FromUri(query));
        AsOf asOf = AsOf.FromUri(query, fleet.Now);
        if (asOf.Problem is not null || parse.Problems.Count > 0)
        {
            // A file of now, or of another question, must not pass for what was asked.
            return Results.Problem(asOf.Problem ?? string.Join(' ', parse.Problems), statusCode: StatusCodes.Status400BadRequest, title: "Nothing to plan");
        }

        FleetSnapshot snapshot = await fleet.GetAsync(asOf.At, cancellation);
        IReadOnlyList<FleetHost> hosts = snapshot.Select(new FleetQuery(FleetSearch.Parse(parse.State.Search), [], [])).Hosts;
        FleetPlan plan = await planner.PlanAsync(hosts, parse.State.Change, cancellation);
        string stamp = snapshot.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return Results.File(write(PlannerFleetRow.Of(hosts, plan), parse.State.Price), type, $"tdxdash-fleet-plan-{stamp}.{extension}");
    }

    private static byte[] Csv(IReadOnlyList<PlannerFleetRow> rows, decimal price)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var csv = new CsvWriter(text, Form, leaveOpen: true))
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
                    csv.WriteField(field.Value(row, price) switch { null => "", bool truth => truth ? "true" : "false", object value => Convert.ToString(value, CultureInfo.InvariantCulture) });
                }

                csv.NextRecord();
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static byte[] Json(IReadOnlyList<PlannerFleetRow> rows, decimal price)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (PlannerFleetRow row in rows)
            {
                json.WriteStartObject();
                foreach (PlannerFleetField field in PlannerFleetField.All)
                {
                    json.WritePropertyName(field.Name);
                    Write(json, field.Value(row, price));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case ulong bytes:
                json.WriteNumberValue(bytes);
                break;
            default:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
