using System.Globalization;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Compare;

/// <summary>Names a snapshot in a URL: <c>host</c> for the latest one, <c>host@time</c> for the one that was the latest at a time,
/// <c>host@r123</c> for the one with a revision.</summary>
public sealed record SnapshotRef
{
    private const int MaxHost = 64;

    private SnapshotRef(string hostId, DateTimeOffset? at, long? revision) => (HostId, At, Revision) = (hostId, at, revision);

    /// <summary>The host's identity, whether or not there is such a host.</summary>
    public string HostId { get; }

    /// <summary>The time; null for the latest or where a revision is named.</summary>
    public DateTimeOffset? At { get; }

    /// <summary>The revision; null where none is named.</summary>
    public long? Revision { get; }

    /// <summary>The latest snapshot of a host, or that of a time.</summary>
    /// <exception cref="ArgumentException">The identity cannot be one.</exception>
    public static SnapshotRef Of(string hostId, DateTimeOffset? at = null) => new(Checked(hostId), at is { } time ? UrlTime.Whole(time) : null, null);

    /// <summary>A snapshot by its revision.</summary>
    /// <exception cref="ArgumentException">The identity cannot be one.</exception>
    public static SnapshotRef OfRevision(string hostId, long revision) => new(Checked(hostId), null, revision);

    /// <summary>Parses one.</summary>
    /// <param name="text">The text of the URL.</param>
    /// <param name="parsed">The name.</param>
    /// <returns>Null, or what is wrong and what to do.</returns>
    public static string? TryParse(string text, out SnapshotRef? parsed)
    {
        ArgumentNullException.ThrowIfNull(text);
        parsed = null;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string host = at < 0 ? text : text[..at];
        string rest = at < 0 ? "" : text[(at + 1)..];
        if (!IsHost(host))
        {
            return $"'{UrlReader.Shown(host)}' is no identity of a host: use the one in the address of the host's page.";
        }

        if (at < 0)
        {
            parsed = new SnapshotRef(host, null, null);
            return null;
        }

        if (rest.StartsWith('r') && long.TryParse(rest.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out long revision))
        {
            parsed = new SnapshotRef(host, null, revision);
            return null;
        }

        if (UrlTime.TryParse(rest, out DateTimeOffset time))
        {
            parsed = new SnapshotRef(host, UrlTime.Whole(time), null);
            return null;
        }

        return $"'{UrlReader.Shown(rest)}' is no time: use the form {UrlTime.Form} in UTC.";
    }

    /// <summary>The text for a URL.</summary>
    public override string ToString() => (At, Revision) switch
    {
        ({ } at, _) => $"{HostId}@{UrlTime.Write(at)}",
        (_, { } revision) => string.Create(CultureInfo.InvariantCulture, $"{HostId}@r{revision}"),
        _ => HostId,
    };

    private static string Checked(string hostId) => IsHost(hostId) ? hostId : throw new ArgumentException($"'{hostId}' cannot be the identity of a host.", nameof(hostId));

    private static bool IsHost(string text) => text.Length is > 0 and <= MaxHost && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
