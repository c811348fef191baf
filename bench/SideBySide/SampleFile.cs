using System.Globalization;
using TdxDash.DemoFleet;

namespace TdxDash.SideBySide;

/// <summary>The samples that Prometheus would take of a few hosts over some hours, to see what its blocks take on the disk.</summary>
internal static class SampleFile
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    public static void Write(int hosts, TimeSpan length, string file)
    {
        var shapes = new DemoShapes();
        // The format asks for the series of one name together.
        var byName = new SortedDictionary<string, List<(string Series, double Value)>>(StringComparer.Ordinal);
        foreach (DemoHost host in Enumerable.Range(0, hosts).Select(number => new DemoHost(number)))
        {
            new HostSeries((series, value) => Add(byName, host, series, value)).Write(DemoYear.Of(host, shapes).Last().Snapshot);
        }

        long end = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 7_200 * 7_200, begin = end - (long)length.TotalSeconds, samples = 0;
        using var output = new StreamWriter(file);
        foreach ((string name, List<(string Series, double Value)> all) in byName)
        {
            output.WriteLine($"# TYPE {name} gauge");
            foreach ((string series, double value) in all)
            {
                string text = value.ToString("R", CultureInfo.InvariantCulture);
                for (long at = begin; at < end; at += (long)Interval.TotalSeconds, samples++)
                {
                    output.WriteLine($"{series} {text} {at}");
                }
            }
        }

        output.WriteLine("# EOF");
        Console.WriteLine($"{samples} samples of {byName.Values.Sum(all => all.Count)} series");
    }

    private static void Add(SortedDictionary<string, List<(string Series, double Value)>> byName, DemoHost host, string series, double value)
    {
        int open = series.IndexOf('{', StringComparison.Ordinal);
        string name = open < 0 ? series : series[..open], labels = open < 0 ? "" : series[(open + 1)..^1] + ",";
        if (!byName.TryGetValue(name, out List<(string, double)>? all))
        {
            byName.Add(name, all = []);
        }

        all.Add(($"{name}{{{labels}instance=\"{host.Name}\",job=\"node\",site=\"{host.Name.Split('-')[1]}\"}}", value));
    }
}
