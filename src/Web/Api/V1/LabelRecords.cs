using System.Text.Json.Serialization;
using TdxDash.Web.Live;

namespace TdxDash.Web.Api.V1;

/// <summary>What people call a host.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record HostLabelSet
{
    /// <summary>The group; absent for none. 1 to 32 letters, digits, '.', '_', '-' or '/', in lower case.</summary>
    public string? Group { get; init; }

    /// <summary>Up to 16 tags, in the same form.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    internal static HostLabelSet Of(HostLabels labels) => new() { Group = labels.Group?.ToString(), Tags = labels.Tags };
}

/// <summary>Groups or tags that are in use.</summary>
public sealed record LabelList
{
    /// <summary>Each with how many hosts have it, of those that the caller sees.</summary>
    public required IReadOnlyList<LabelItem> Items { get; init; }
}

/// <summary>A group or a tag.</summary>
public sealed record LabelItem
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>How many hosts have it.</summary>
    public required int Hosts { get; init; }
}
