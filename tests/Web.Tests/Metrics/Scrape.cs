using System.Collections.Immutable;
using System.Security.Claims;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Metrics;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>What a scrape answers, taken apart.</summary>
internal sealed partial class Scrape(string text)
{
    /// <summary>The whole answer.</summary>
    public string Text => text;

    /// <summary>Each sample: name, labels as written, value.</summary>
    public IReadOnlyList<(string Name, string Labels, string Value)> Samples { get; } =
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#').Select(Parse)];

    /// <summary>The value of a sample whose labels hold a text.</summary>
    public string Value(string name, string labels = "") => Samples.Single(sample => sample.Name == name && sample.Labels.Contains(labels, StringComparison.Ordinal)).Value;

    /// <summary>Scrapes hosts without a dashboard around them.</summary>
    /// <param name="own">What the dashboard measures of itself.</param>
    /// <param name="hosts">The fleet.</param>
    /// <param name="grants">What the caller may do, each as <see cref="Grant"/> is written.</param>
    public static async Task<Scrape> OfAsync(MeterReader own, IEnumerable<FleetHost> hosts, params string[] grants)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext
        {
            User = new ClaimsPrincipal(new ClaimsIdentity(grants.Select(grant => new Claim(Rights.Claim, grant)), "test")),
            Response = { Body = body },
        };
        await MetricsEndpoint.WriteAsync(context, new Fleet([.. hosts]), own);
        return new Scrape(Encoding.UTF8.GetString(body.ToArray()));
    }

    private static (string, string, string) Parse(string line)
    {
        Match match = Line().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        return (match.Groups["name"].Value, match.Groups["labels"].Value, match.Groups["value"].Value);
    }

    // The grammar of both forms: label values end at the first quote without a backslash.
    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-z_]+="([^"\\\n]|\\["\\n])*"(,(?=[a-z]))?)*)\})? (?<value>[0-9.E+-]+)$""")]
    private static partial Regex Line();

    private sealed class Fleet(ImmutableArray<FleetHost> hosts) : IFleetProjection
    {
        public FleetSnapshot Current { get; } = new(1, Components.Samples.Now, hosts);

        public FleetHost? Find(string hostId) => hosts.FirstOrDefault(host => host.Id == hostId);

        public IDisposable Subscribe(Action<string> onChange) => throw new NotSupportedException();
    }
}
