using System.Diagnostics;
using System.Globalization;
using TdxDash.DemoFleet;
using TdxDash.Ingest;
using TdxDash.Testing;
using TdxDash.Wire;

if (args is not [var web, var folder, var text, .. var mode] || mode is not ([] or ["backup"] or ["postgres"]) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int hosts) || hosts is < 2 or > 100_000 || !File.Exists(web))
{
    Console.Error.WriteLine("""
        Usage: Ingest WEB FOLDER HOSTS [backup|postgres]

        Measures how fast a dashboard stores snapshots, beside raw SQLite on the same bytes and disk, and how many heartbeats it answers.

          WEB       TdxDash.Web.dll of a published dashboard
          FOLDER    an empty folder on the disk to measure; about 60 KB a host
          HOSTS     how many demo hosts deliver the snapshots of a year
          backup    measures what deliveries take while backups are made one after the other instead
          postgres  stores in a PostgreSQL server, which is started for it in the folder of temporary files with
                    the settings that it has by itself, and stopped; its package must be installed
        """);
    return 2;
}

const int RebootsOfEach = 4;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
IReadOnlyList<Delivery> year = Deliveries.OfAYear(hosts);
long bytes = year.Sum(delivery => (long)delivery.Envelope.Body.Length);
Console.WriteLine($"{year.Count} snapshots of {hosts} demo hosts, {bytes / 1024.0 / 1024.0:F1} MiB compressed");

if (mode is ["backup"])
{
    string place = Path.Combine(folder, "dashboard"), secret = Crowd.Token(web, place, []);
    using Process running = Crowd.Start(web, place, []);
    try
    {
        await using Crowd crowd = await Crowd.ConnectAsync(secret);
        await BackupLoad.MeasureAsync(web, place, crowd, year);
    }
    finally
    {
        running.Kill();
    }

    return 0;
}

Stages.Print(year);
double raw = RawSqlite.Write(Path.Combine(folder, "raw"), year);
Console.WriteLine($"raw SQLite, WAL and FULL, {RawSqlite.Batch} rows a commit: {raw:F0} rows/s");

using PostgresServer? server = mode is ["postgres"] ? new PostgresServer(isDurable: true) : null;
string[] store = server is null ? [] : ["--TdxDash:Store:Engine=postgres", $"--TdxDash:Store:ConnectionString={server.Address("postgres")}"];
string token = Crowd.Token(web, Path.Combine(folder, "dashboard"), store);
using Process dashboard = Crowd.Start(web, Path.Combine(folder, "dashboard"), store);
try
{
    await using Crowd crowd = await Crowd.ConnectAsync(token);
    Delivery[][] byHost = [.. year.GroupBy(delivery => delivery.Host.Id).Select(host => host.ToArray())];
    await MeasureAsync("new bodies, one by one", crowd, [.. byHost.Take(hosts / 2).SelectMany(host => host)], 1);
    await MeasureAsync("new bodies, those of a host together", crowd, [.. byHost.Skip(hosts / 2).SelectMany(host => host)], SnapshotBatch.MaxSnapshots);
    await MeasureAsync("the same bodies after reboots, one by one", crowd, Deliveries.OfReboots(year, RebootsOfEach), 1);
    Console.WriteLine($"heartbeats: {await crowd.HeartbeatsAsync(TimeSpan.FromSeconds(5)):F0}/s");
    dashboard.Refresh();
    Console.WriteLine($"dashboard: {dashboard.WorkingSet64 >> 20} MiB resident");
}
finally
{
    dashboard.Kill();
}

return 0;

async Task MeasureAsync(string what, Crowd crowd, IReadOnlyList<Delivery> deliveries, int atOnce)
{
    using Process client = Process.GetCurrentProcess();
    dashboard.Refresh();
    (TimeSpan before, TimeSpan clientBefore) = (dashboard.TotalProcessorTime, client.TotalProcessorTime);
    (double rate, double p50, double p99) = await crowd.DeliverAsync(deliveries, atOnce);
    dashboard.Refresh();
    client.Refresh();
    double work = (dashboard.TotalProcessorTime - before).TotalMicroseconds / deliveries.Count, own = (client.TotalProcessorTime - clientBefore).TotalMicroseconds / deliveries.Count;
    Console.WriteLine($"{what}: {rate:F0} snapshots/s, delivery p50 {p50:F1} ms, p99 {p99:F1} ms; {rate / raw:F2} of raw SQLite; processor time a snapshot: {work:F0} µs of the dashboard, {own:F0} µs of this client");
}
