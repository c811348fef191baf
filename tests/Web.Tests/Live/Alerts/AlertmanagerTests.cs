using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Alerts;

/// <summary>Debian's own Alertmanager, told by the dashboard.</summary>
public sealed class AlertmanagerTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Alertmanager_Told_ShowsWhatFiresAndForgetsWhatIsOver()
    {
        using var folder = new TempFolder();
        int port = FreePort();
        var address = new Uri($"http://127.0.0.1:{port}/");
        using Process alertmanager = Start(folder, port);
        using var client = new HttpClient { BaseAddress = address };
        try
        {
            await UntilAsync(async () => (await client.GetAsync("-/ready", TestContext.Current.CancellationToken)).IsSuccessStatusCode);
            await using var house = new AlertHouse();
            // Alertmanager has a clock of its own, which this one reaches when the alerts fire.
            house.Store.Time.SetUtcNow(DateTimeOffset.UtcNow - AlertKeeper.SweepAfter - TimeSpan.FromMinutes(1));
            await house.AddTargetAsync(new TargetDraft("am", AlertTargetKind.Alertmanager, address.ToString()));
            await house.FireAsync(1, 2);
            await house.DeliverAsync();
            Assert.Null(house.View.Targets[0].Failure);

            await UntilAsync(async () => (await HostsAsync(client)).SequenceEqual(["host-1", "host-2"]));
            JsonElement alert = (await AlertsAsync(client))[0];
            Assert.Equal("reserved-areas", alert.GetProperty("labels").GetProperty("alertname").GetString());
            Assert.Equal("false", alert.GetProperty("labels").GetProperty("emulated").GetString());
            Assert.Contains("15 of 16", alert.GetProperty("annotations").GetProperty("description").GetString(), StringComparison.Ordinal);

            await house.ReportAsync(1, 3);
            await house.PassAsync(AlertKeeper.SweepAfter);
            house.Heard(2);
            await house.PassAsync(TimeSpan.FromMinutes(1));
            await house.DeliverAsync();
            Assert.Null(house.View.Targets[0].Failure);

            // What is over ends now, by the dashboard's clock; what fires, minutes ahead.
            await UntilAsync(async () => (await AlertsAsync(client)).All(seen => (Host(seen) == "host-1") == (Ends(seen) <= house.Store.Time.GetUtcNow())));
            Assert.Contains("host-2", await HostsAsync(client));
        }
        finally
        {
            alertmanager.Kill(entireProcessTree: true);
            await alertmanager.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static DateTimeOffset Ends(JsonElement alert) => alert.GetProperty("endsAt").GetDateTimeOffset();

    private static string? Host(JsonElement alert) => alert.GetProperty("labels").GetProperty("host").GetString();

    private static async Task<JsonElement[]> AlertsAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement[]>("api/v2/alerts", TestContext.Current.CancellationToken) ?? [];

    private static async Task<string?[]> HostsAsync(HttpClient client) => [.. (await AlertsAsync(client)).Select(Host).Order(StringComparer.Ordinal)];

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Dashboard.Patience, "Alertmanager did not come to it in time.");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    private static Process Start(TempFolder folder, int port)
    {
        File.WriteAllText(folder.File("alertmanager.yml"), "route:\n  receiver: none\nreceivers:\n  - name: none\n");
        var start = new ProcessStartInfo("prometheus-alertmanager") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { $"--config.file={folder.File("alertmanager.yml")}", $"--storage.path={folder.Path}", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=" })
        {
            start.ArgumentList.Add(argument);
        }

        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
