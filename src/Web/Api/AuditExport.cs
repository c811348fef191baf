using System.Text;
using System.Text.Json;
using CsvHelper;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Api;

/// <summary>The audit log as a file, the newest line first.</summary>
internal static class AuditExport
{
    /// <summary>The longest text that is searched for, in characters.</summary>
    public const int MaxText = 100;

    private const int PageLines = 1_000, FlushBytes = 64 << 10;
    private static readonly string[] Columns = ["id", "at", "actor", "address", "action", "target", "detail"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/audit.csv", WriteCsvAsync).RequireAuthorization(Policies.Administer);
        routes.MapGet("/audit.json", WriteJsonAsync).RequireAuthorization(Policies.Administer);
    }

    /// <summary>A text from outside as it is searched for.</summary>
    public static string Cut(string? text) => text is null ? "" : text.Length <= MaxText ? text.Trim() : text[..MaxText].Trim();

    private static async Task WriteCsvAsync(HttpContext context, AuditLog audit, string? q)
    {
        Begin(context, "text/csv; charset=utf-8", "csv");
        await using var text = new StreamWriter(context.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16_384, leaveOpen: true);
        await using var csv = new CsvWriter(text, TableValues.Csv, leaveOpen: true);
        foreach (string column in Columns)
        {
            csv.WriteField(column);
        }

        await csv.NextRecordAsync();
        foreach (AuditLine line in Lines(audit, q))
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            foreach (object value in Values(line))
            {
                csv.WriteField(value);
            }

            await csv.NextRecordAsync();
        }

        await csv.FlushAsync();
        await text.FlushAsync(context.RequestAborted);
    }

    private static async Task WriteJsonAsync(HttpContext context, AuditLog audit, string? q)
    {
        Begin(context, "application/json", "json");
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartArray();
        foreach (AuditLine line in Lines(audit, q))
        {
            context.RequestAborted.ThrowIfCancellationRequested();
            JsonSerializer.Serialize(json, line, JsonSerializerOptions.Web);
            if (json.BytesPending > FlushBytes)
            {
                await json.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        await json.FlushAsync(context.RequestAborted);
    }

    private static void Begin(HttpContext context, string type, string extension)
    {
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"tdxdash-audit.{extension}\"";
    }

    private static IEnumerable<AuditLine> Lines(AuditLog audit, string? text)
    {
        long? before = null;
        IReadOnlyList<AuditLine> page;
        do
        {
            page = audit.Read(new AuditQuery(Cut(text), before, PageLines));
            foreach (AuditLine line in page)
            {
                yield return line;
            }

            before = page.Count == 0 ? null : page[^1].Id;
        }
        while (page.Count == PageLines);
    }

    private static object[] Values(AuditLine line) =>
        [line.Id, line.At.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture), line.Actor, line.Address, line.Action, line.Target, line.Detail];
}
