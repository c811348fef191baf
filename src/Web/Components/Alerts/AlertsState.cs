using System.Globalization;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Components.Alerts;

/// <summary>What the alerts page lists.</summary>
public enum AlertsPart
{
    /// <summary>What fires and is not silenced.</summary>
    Firing,

    /// <summary>What may fire soon.</summary>
    Pending,

    /// <summary>What fires and is silenced.</summary>
    Silenced,

    /// <summary>What was resolved in the last days.</summary>
    Resolved,

    /// <summary>The rules.</summary>
    Rules,

    /// <summary>The silences.</summary>
    Silences,

    /// <summary>The targets.</summary>
    Targets,
}

/// <summary>What the alerts page shows: <c>?show=resolved&amp;rule=host-silent&amp;group=site-b&amp;host=rack1&amp;page=2</c>.</summary>
public sealed record AlertsState : IUrlState<AlertsState>
{
    /// <summary>The longest part of a host's name or identity, in characters.</summary>
    public const int MaxText = 100;

    /// <summary>How many alerts a page lists.</summary>
    public const int PerPage = 100;

    private const int MostPages = 100_000;

    /// <summary>The words of the parts.</summary>
    public static IReadOnlyDictionary<string, AlertsPart> Parts { get; } = Enum.GetValues<AlertsPart>().ToDictionary(part => part.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>What is listed.</summary>
    public AlertsPart Part { get; init; }

    /// <summary>The only rule, by its name; empty for all.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The only group; empty for all hosts.</summary>
    public string Group { get; init; } = "";

    /// <summary>Part of the host's name, or its identity; empty for all.</summary>
    public string Host { get; init; } = "";

    /// <summary>Which page of a long list, from 1 on.</summary>
    public int Page { get; init; } = 1;

    /// <inheritdoc/>
    public static UrlParse<AlertsState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        return reader.Done(new AlertsState
        {
            Part = reader.Word("show", Parts, AlertsPart.Firing),
            Rule = reader.Text("rule", AlertRule.MaxName),
            Group = ReadGroup(reader),
            Host = reader.Text("host", MaxText),
            Page = (int)reader.Number("page", 1, MostPages, 1),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("show", Part == AlertsPart.Firing ? null : Part.ToString().ToLowerInvariant())
        .With("rule", Rule.Length == 0 ? null : Rule)
        .With("group", Group.Length == 0 ? null : Group)
        .With("host", Host.Length == 0 ? null : Host)
        .With("page", Page == 1 ? null : Page.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same filter over another part, from its first page.</summary>
    public AlertsState Of(AlertsPart part) => this with { Part = part, Page = 1 };

    private static string ReadGroup(UrlReader reader)
    {
        string text = reader.Text("group", LabelText.MaxLength);
        if (text.Length == 0 || LabelText.TryParse(text, out _))
        {
            return text.ToLowerInvariant().Trim();
        }

        reader.Add($"'group' in the address is '{UrlReader.Shown(text)}', which is no name of a group: it has {LabelText.Rule}. All hosts are shown.");
        return "";
    }
}
