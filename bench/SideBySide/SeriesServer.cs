using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TdxDash.DemoFleet;

namespace TdxDash.SideBySide;

/// <summary>Answers scrapes of every host. What it answers is made and compressed before the first one, as the collector's files lie on each host: only the Prometheus is measured.</summary>
internal static class SeriesServer
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static async Task RunAsync(int hosts, int port, string folder)
    {
        var shapes = new DemoShapes();
        (byte[] Body, int Series)[] bodies = [.. Enumerable.Range(0, hosts).AsParallel().AsOrdered().Select(number => Body(new DemoHost(number), shapes))];
        WriteConfiguration(hosts, port, folder);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        WebApplication app = builder.Build();
        app.MapGet("/hosts/{number:int}/metrics", (int number, HttpResponse response) =>
        {
            if (number >= hosts)
            {
                return Results.NotFound();
            }

            response.Headers.ContentEncoding = "gzip";
            return Results.Bytes(bodies[number].Body, ContentType);
        });
        await app.StartAsync();
        Console.WriteLine($"{hosts} hosts with {bodies.Sum(body => (long)body.Series)} series");
        await app.WaitForShutdownAsync();
    }

    private static (byte[] Body, int Series) Body(DemoHost host, DemoShapes shapes)
    {
        int series = 0;
        var text = new StringBuilder();
        new HostSeries((name, value) =>
        {
            series++;
            text.Append(name).Append(' ').Append(value.ToString("R", null)).Append('\n');
        }).Write(DemoYear.Of(host, shapes).Last().Snapshot);
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return (bytes.ToArray(), series);
    }

    private static void WriteConfiguration(int hosts, int port, string folder)
    {
        Directory.CreateDirectory(folder);
        var targets = Enumerable.Range(0, hosts).Select(number => new
        {
            targets = new[] { $"127.0.0.1:{port}" },
            labels = new Dictionary<string, string>
            {
                ["__metrics_path__"] = $"/hosts/{number}/metrics",
                ["instance"] = new DemoHost(number).Name,
                ["site"] = new DemoHost(number).Name.Split('-')[1],
            },
        });
        File.WriteAllText(Path.Combine(folder, "targets.json"), JsonSerializer.Serialize(targets));
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), $"""
            global:
              scrape_interval: 15s
            scrape_configs:
              - job_name: node
                file_sd_configs:
                  - files: ["{Path.Combine(Path.GetFullPath(folder), "targets.json")}"]

            """);
    }
}
