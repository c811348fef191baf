using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace TdxDash.Web.Api.Rest;

/// <summary>Reads bodies: JSON of a bounded size, with no member that is not known.</summary>
internal static class ApiBody
{
    /// <summary>The most bytes of a body, where its resource says nothing else.</summary>
    public const int MostBytes = 64 << 10;

    /// <summary>Reads one.</summary>
    /// <exception cref="ProblemException">It is not of its type.</exception>
    public static Task<T> ReadAsync<T>(HttpContext context)
        where T : class => ReadAsync<T>(context, context.RequestAborted);

    /// <summary>Reads one that has to come within a time.</summary>
    /// <exception cref="ProblemException">It is not of its type, or came too slowly.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, TimeSpan within, TimeProvider time)
        where T : class
    {
        using var late = new CancellationTokenSource(within, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, late.Token);
        try
        {
            return await ReadAsync<T>(context, end.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            throw Problems.TooSlow(string.Create(CultureInfo.InvariantCulture, $"The body was not there within {within.TotalSeconds:0} s. Send less, or over a faster connection."));
        }
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, CancellationToken end)
        where T : class
    {
        HttpRequest request = context.Request;
        if (!request.HasJsonContentType())
        {
            throw Problems.Body("$", $"The body's type is '{Security.ShownText.Limit(request.ContentType ?? "", Security.ShownText.MaxName)}'. Send JSON, with the header 'Content-Type: application/json'.", StatusCodes.Status415UnsupportedMediaType);
        }

        try
        {
            return await JsonSerializer.DeserializeAsync<T>(request.Body, ApiJson.Options, end)
                ?? throw Problems.Body("$", "The body is the JSON word null. Send an object.");
        }
        catch (JsonException e)
        {
            throw Problems.Body(e.Path ?? "$", string.Create(CultureInfo.InvariantCulture,
                $"The body is wrong at {e.Path ?? "$"} (line {(e.LineNumber ?? 0) + 1}, byte {e.BytePositionInLine ?? 0}): {Words(e)} /api/v1/openapi.json has its schema."));
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw Problems.Body("$", $"The body is larger than {Limit(context)} bytes, the most that this resource takes. Send less at once.", StatusCodes.Status413PayloadTooLarge);
        }
    }

    // The serialiser names types of this program and repeats the place.
    private static string Words(JsonException e)
    {
        string message = Tdx.Snapshots.PlainText.Of(e.Message);
        int place = message.IndexOf(" Path: ", StringComparison.Ordinal);
        string text = place < 0 ? message : message[..place];
        return text.Contains("TdxDash.", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal)
            ? text.Contains("required", StringComparison.Ordinal) || text.Contains("missing", StringComparison.Ordinal) ? "a member that must be there is absent."
            : text.Contains("could not be mapped", StringComparison.Ordinal) ? "the member is not known here."
            : "the value is not of the member's type."
            : text;
    }

    private static string Limit(HttpContext context) =>
        (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? MostBytes).ToString(CultureInfo.InvariantCulture);
}
