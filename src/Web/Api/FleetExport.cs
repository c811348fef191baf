using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CsvHelper;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Api;

/// <summary>The fleet's table as a file: what the page of the same query shows, all rows of it. <c>rows=chosen</c> leaves only the chosen hosts.</summary>
internal static class FleetExport
{
    private const int FlushRows = 256;

    // Text of hosts may hold anything; what is shown in a page by mistake must not become markup.
    private static readonly JsonWriterOptions Json = new() { Indented = false };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/fleet.csv", (HttpContext context, FleetAtATime fleet) => WriteAsync(context, fleet, "text/csv; charset=utf-8", "csv", WriteCsvAsync));
        routes.MapGet("/fleet.json", (HttpContext context, FleetAtATime fleet) => WriteAsync(context, fleet, "application/json", "json", WriteJsonAsync));
    }

    private static async Task WriteAsync(HttpContext context, FleetAtATime fleet, string type, string extension, Func<HttpResponse, Table, CancellationToken, Task> write)
    {
        UrlQuery query = UrlQuery.FromUri(context.Request.QueryString.Value ?? "");
        (FleetState state, IReadOnlyList<string> wrong) = FleetState.Parse(query);
        var search = FleetSearch.Parse(state.Search);
        AsOf asOf = AsOf.FromUri(context.Request.QueryString.Value ?? "", fleet.Now);
        string problem = string.Join(' ', wrong.Concat(search.Problems.Select(one => one.ToString())).Prepend(asOf.Problem ?? "").Where(one => one.Length > 0));
        if (problem.Length > 0)
        {
            // A file of now, or of other hosts, must not pass for what was asked.
            await Results.Problem(problem, statusCode: StatusCodes.Status400BadRequest, title: "Nothing to export").ExecuteAsync(context);
            return;
        }

        FleetSnapshot snapshot = await fleet.GetAsync(asOf.At, context.RequestAborted);
        ImmutableArray<FleetHost> hosts = snapshot.Select(new FleetQuery(search, state.States, state.Sorts)).Hosts;
        if (query.Get("rows") == "chosen")
        {
            var chosen = new HashSet<string>(state.Selected, StringComparer.Ordinal);
            hosts = [.. hosts.Where(host => chosen.Contains(host.Id))];
        }

        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        string stamp = snapshot.At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"tdxdash-fleet-{stamp}.{extension}\"";
        await write(context.Response, new Table(FleetFields.Of(state.Columns), hosts, snapshot.At), context.RequestAborted);
    }

    private static async Task WriteCsvAsync(HttpResponse response, Table table, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16_384, leaveOpen: true);
        await using var csv = new CsvWriter(text, TableValues.Csv, leaveOpen: true);
        foreach (FleetField field in table.Fields)
        {
            csv.WriteField(field.Name);
        }

        await csv.NextRecordAsync();
        foreach (FleetHost host in table.Hosts)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (FleetField field in table.Fields)
            {
                TableValues.Write(csv, field.Value(host, table.Now));
            }

            await csv.NextRecordAsync();
        }

        await csv.FlushAsync();
        await text.FlushAsync(cancellation);
    }

    private static async Task WriteJsonAsync(HttpResponse response, Table table, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(response.BodyWriter, Json);
        json.WriteStartArray();
        for (int i = 0; i < table.Hosts.Length; i++)
        {
            json.WriteStartObject();
            foreach (FleetField field in table.Fields)
            {
                TableValues.Write(json, field.Name, field.Value(table.Hosts[i], table.Now));
            }

            json.WriteEndObject();
            if (i % FlushRows == FlushRows - 1)
            {
                await json.FlushAsync(cancellation);
            }
        }

        json.WriteEndArray();
        await json.FlushAsync(cancellation);
    }

    private sealed record Table(IReadOnlyList<FleetField> Fields, ImmutableArray<FleetHost> Hosts, DateTimeOffset Now);
}
