using System.Globalization;
using TdxDash.SideBySide;

const string Usage = """
    Usage: SideBySide serve HOSTS PORT FOLDER
           SideBySide samples HOSTS HOURS FILE

    The demo hosts of the fleet simulator as series of node_exporter's textfile collector, for a Prometheus beside TdxDash. bench/SideBySide/measure.mjs uses both.

    serve    answers each host's series under its own path, and writes prometheus.yml and targets.json for all of them into FOLDER: prometheus --config.file FOLDER/prometheus.yml
    samples  writes HOURS of samples, one every 15 s, as OpenMetrics, for promtool tsdb create-blocks-from openmetrics FILE OUTPUT

    """;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["serve", var hostsText, var portText, var folder] && Number(hostsText) is { } hosts && Number(portText) is { } port)
{
    await SeriesServer.RunAsync(hosts, port, folder);
    return 0;
}

if (args is ["samples", var few, var hoursText, var file] && Number(few) is { } count && Number(hoursText) is { } hours)
{
    SampleFile.Write(count, TimeSpan.FromHours(hours), file);
    return 0;
}

bool isHelp = args.Any(arg => arg is "--help" or "-h");
(isHelp ? Console.Out : Console.Error).Write(Usage);
return isHelp ? 0 : 2;

static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= 100_000 ? number : null;
