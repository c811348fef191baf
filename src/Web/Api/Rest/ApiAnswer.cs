using System.Buffers.Text;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace TdxDash.Web.Api.Rest;

/// <summary>An answer with its entity tag, which names the very bytes: a caller that has them already gets 304 and no body.</summary>
/// <param name="body">The bytes.</param>
/// <param name="tag">Their tag.</param>
/// <param name="status">The status.</param>
internal sealed class ApiAnswer(byte[] body, EntityTagHeaderValue tag, int status = StatusCodes.Status200OK) : IResult
{
    private const int TagBytes = 18;

    private (string Header, string Value)? _more;

    /// <summary>Answers with JSON.</summary>
    /// <param name="value">What is written.</param>
    /// <param name="status">The status.</param>
    public static ApiAnswer Json<T>(T value, int status = StatusCodes.Status200OK)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options);
        return new ApiAnswer(body, TagOf(body), status);
    }

    /// <summary>Answers with a page and leads to the next one.</summary>
    /// <param name="value">The page.</param>
    /// <param name="request">The request, whose address the next page has but for its cursor.</param>
    /// <param name="next">The cursor of the next page; null after the last.</param>
    public static ApiAnswer Page<T>(T value, HttpRequest request, string? next)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options);
        IEnumerable<KeyValuePair<string, string?>> query = request.Query.Where(pair => pair.Key != Parameters.Cursor.Name).Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value.ToString()))
            .Append(new(Parameters.Cursor.Name, next));
        var page = new ApiAnswer(body, TagOf(body));
        return next is null ? page : page.With(HeaderNames.Link, $"<{request.Path}{QueryString.Create(query)}>; rel=\"next\"");
    }

    /// <summary>The tag that a value has when it is answered.</summary>
    public static EntityTagHeaderValue TagOf<T>(T value) => TagOf(JsonSerializer.SerializeToUtf8Bytes(value, ApiJson.Options));

    /// <summary>The same with one more header.</summary>
    public ApiAnswer With(string header, string value)
    {
        _more = (header, value);
        return this;
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        (HttpRequest request, HttpResponse response) = (httpContext.Request, httpContext.Response);
        response.Headers.ETag = tag.ToString();
        // Kept by the caller alone, and asked for again each time: rights can have changed as well.
        response.Headers.CacheControl = "private, no-cache";
        if (_more is (string header, string value))
        {
            response.Headers[header] = value;
        }

        if (HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.StatusCode = status;
        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private static EntityTagHeaderValue TagOf(byte[] body) => new($"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, TagBytes))}\"");
}
