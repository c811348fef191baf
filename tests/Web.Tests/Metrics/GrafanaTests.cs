using System.Text.Json;
using System.Text.RegularExpressions;
using TdxDash.Testing;
using TdxDash.Web.Metrics;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>The Grafana dashboard asks for what is there, says units, and tells emulated hosts apart. <see cref="PrometheusTests"/> asks its queries.</summary>
public sealed partial class GrafanaTests
{
    // The model that Grafana 10 to 13 import; its version is that of Grafana 12.
    private const int SchemaVersion = 42;

    private static readonly JsonElement Dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana", "tdxdash-fleet.json"))).RootElement;

    private static IEnumerable<JsonElement> Panels => Dashboard.GetProperty("panels").EnumerateArray().Where(panel => panel.GetProperty("type").GetString() != "row");

    /// <summary>Every query of every panel.</summary>
    public static IReadOnlyList<string> Queries() => [.. Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("expr").GetString()!)];

    [Fact]
    public void Dashboard_IsOfTheModelThatGrafanaImports()
    {
        Assert.Equal((SchemaVersion, JsonValueKind.Null, "tdxdash-fleet"), (Dashboard.GetProperty("schemaVersion").GetInt32(), Dashboard.GetProperty("id").ValueKind, Dashboard.GetProperty("uid").GetString()));
        int[] ids = [.. Dashboard.GetProperty("panels").EnumerateArray().Select(panel => panel.GetProperty("id").GetInt32())];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(["datasource", "emulated", "host", "instance"], Dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()));
        Assert.All(Panels, panel =>
        {
            JsonElement place = panel.GetProperty("gridPos");
            Assert.InRange(place.GetProperty("x").GetInt32() + place.GetProperty("w").GetInt32(), 1, 24);
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
        });
    }

    [Fact]
    public void Panels_SayWhatTheyShowAndInWhichUnit()
    {
        string[] units = ["short", "percentunit", "bytes", "s", "ops"];
        Assert.All(Panels, panel =>
        {
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            Assert.EndsWith(".", panel.GetProperty("description").GetString(), StringComparison.Ordinal);
            Assert.Contains(panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("unit").GetString(), units);
        });
    }

    [Fact]
    public void Queries_AskOnlyForMetricsThatThereAre()
    {
        using var own = new OwnMeters();
        HashSet<string> known = [.. HostMetrics.All.Select(metric => metric.Family.SampleName)];
        foreach (MetricFamily family in own.Reader.Families)
        {
            known.UnionWith(family.Kind == MetricKind.Histogram ? [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"] : [family.SampleName]);
        }

        string rules = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "prometheus", "tdxdash-rules.yml"));
        string[] asked = [.. Queries().Concat(rules.Split('\n').Where(line => line.TrimStart().StartsWith("expr:", StringComparison.Ordinal))).SelectMany(query => Metric().Matches(query)).Select(match => match.Value)];

        Assert.True(asked.Length > 40);
        Assert.DoesNotContain(asked, name => !known.Contains(name));
    }

    [Fact]
    public void HostsByName_AreToldApartFromEmulatedOnes() => Assert.All(
        Panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Where(target => target.GetProperty("legendFormat").GetString()!.Contains("{{host}}", StringComparison.Ordinal)),
        target => Assert.Contains(target.GetProperty("legendFormat").GetString()!.EndsWith("(emulated)", StringComparison.Ordinal) ? "emulated=\"true\"" : "emulated=\"false\"", target.GetProperty("expr").GetString(), StringComparison.Ordinal));

    [GeneratedRegex(@"\b(tdxdash|dotnet|aspnetcore)_[a-z_]+\b")]
    private static partial Regex Metric();
}
