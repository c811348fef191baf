using System.Text.Json.Serialization;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>A page of the annotations of a window.</summary>
public sealed record AnnotationList
{
    /// <summary>The annotations, ascending by time.</summary>
    public required IReadOnlyList<AnnotationItem> Items { get; init; }

    /// <summary>The cursor of the next page; absent after the last.</summary>
    public string? Next { get; init; }
}

/// <summary>What a person or a program noted at a time, or over one.</summary>
public sealed record AnnotationItem
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>The host that it speaks of; absent for the whole fleet.</summary>
    public string? HostId { get; init; }

    /// <summary>The time, or its start.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The end; absent for a moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary>The tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Who wrote it.</summary>
    public required string Author { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed; absent when never.</summary>
    public DateTimeOffset? EditedAt { get; init; }

    internal static AnnotationItem Of(Annotation note) => new()
    {
        Id = note.Id,
        HostId = note.HostId,
        From = note.From.ToUniversalTime(),
        To = note.To?.ToUniversalTime(),
        Text = note.Text,
        Tags = note.Tags,
        Author = note.Author,
        CreatedAt = note.CreatedAt.ToUniversalTime(),
        EditedAt = note.EditedAt?.ToUniversalTime(),
    };
}

/// <summary>What an annotation is to be.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public record AnnotationChange
{
    /// <summary>The time, or its start, RFC 3339 with its offset.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The end; absent for a moment.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The text, 1 to 2,000 characters.</summary>
    public required string Text { get; init; }

    /// <summary>Up to 8 tags of 1 to 32 letters, digits, '-', '_' or '.'.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>A new annotation.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewAnnotation : AnnotationChange
{
    /// <summary>The host that it speaks of; absent for the whole fleet.</summary>
    public string? HostId { get; init; }
}
