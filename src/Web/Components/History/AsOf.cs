using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.History;

/// <summary>The time that the whole dashboard is shown at: <c>?at=2026-03-01T12:00:05Z</c> on every page.</summary>
/// <param name="At">The time; null for now.</param>
/// <param name="Problem">What is wrong with the address and what to do; null for nothing.</param>
public sealed record AsOf(DateTimeOffset? At, string? Problem = null)
{
    /// <summary>The name in the query.</summary>
    public const string Name = "at";

    /// <summary>Now.</summary>
    public static AsOf Live { get; } = new((DateTimeOffset?)null);

    /// <summary>The query of links that stay in this time, with its question mark; empty for now.</summary>
    public string Query => At is { } at ? UrlQuery.Empty.With(Name, UrlTime.Write(at)).ToString() : "";

    /// <summary>The address of a link that stays in this time, in new tabs too; the address itself for now.</summary>
    /// <param name="uri">The address.</param>
    public string Keep(string uri) => At is null ? uri : Change(uri, At);

    /// <summary>Reads it from an address.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="now">The dashboard's time: what is later is now.</param>
    public static AsOf FromUri(string uri, DateTimeOffset now)
    {
        if (UrlQuery.FromUri(uri).Get(Name) is not { } text)
        {
            return Live;
        }

        if (!UrlTime.TryParse(text, out DateTimeOffset at))
        {
            return new AsOf(null, $"'at' in the address is '{UrlReader.Shown(text)}', which is no time: use the form {UrlTime.Form} in UTC. What is shown is now.");
        }

        return at <= now ? new AsOf(UrlTime.Whole(at)) : new AsOf(null, $"'at' in the address is {UrlTime.Write(at)}, which is yet to come. What is shown is now.");
    }

    /// <summary>An address at another time.</summary>
    /// <param name="uri">The address.</param>
    /// <param name="at">The time; null for now.</param>
    public static string Change(string uri, DateTimeOffset? at)
    {
        ArgumentNullException.ThrowIfNull(uri);
        string path = uri.Split('?', '#')[0];
        return path + UrlQuery.FromUri(uri).With(Name, at is { } time ? UrlTime.Write(time) : null);
    }
}
