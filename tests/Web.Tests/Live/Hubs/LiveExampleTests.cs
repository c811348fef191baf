using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Tdx.Reinit;
using TdxDash.Testing;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Live.Hubs;

/// <summary>docs/examples/live.py against the real dashboard, as its reader would start it.</summary>
public sealed class LiveExampleTests
{
    private const string Boot = "cccccccc-0000-0000-0000-000000000001";
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Example_FromTheBeginning_PrintsWhatIsKeptAndThenWhatComes()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        IReadOnlyList<ReinitObservation> update = Updates.Whole(Start);
        await ObserveAsync(probe, 1, update);
        using Process example = await RunAsync(dashboard, "all", "0");
        try
        {
            string[][] lines = [.. (await ReadAsync(example, update.Count)).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
            Assert.Equal(Enumerable.Range(1, update.Count).Select(i => i.ToString(CultureInfo.InvariantCulture)), lines.Select(line => line[0]));
            Assert.All(lines, line => Assert.Equal(Dashboard.HostA, line[2]));
            Assert.Equal(("Update", "Verified"), (lines[^1][3], lines[^1][5]));

            await ObserveAsync(probe, update.Count + 1, [Updates.Node(Start.AddMinutes(1), "idle", loading: true)]);
            Assert.StartsWith($"{update.Count + 1} ", Assert.Single(await ReadAsync(example, 1)), StringComparison.Ordinal);
        }
        finally
        {
            example.Kill();
            await example.WaitForExitAsync(Cancellation);
        }
    }

    [Theory]
    [InlineData("There is no group 'none-such'", "group", "none-such")]
    [InlineData("Revision 7 is not one of 0 to 0", "all", "7")]
    public async Task Example_Refused_EndsWithTheReason(string reason, params string[] args)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using Process example = await RunAsync(dashboard, args);

        string said = await example.StandardError.ReadToEndAsync(Cancellation).WaitAsync(Dashboard.Patience, Cancellation);
        await example.WaitForExitAsync(Cancellation).WaitAsync(Dashboard.Patience, Cancellation);

        Assert.Contains(reason, said, StringComparison.Ordinal);
        Assert.Equal(1, example.ExitCode);
    }

    private static async Task<Process> RunAsync(Dashboard dashboard, params string[] args) => Process.Start(new ProcessStartInfo(
        "python3", [Path.Combine(Repository.Root, "docs", "examples", "live.py"), dashboard.Address.GetLeftPart(UriPartial.Authority), .. args])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["TDXDASH_TOKEN"] = await dashboard.TokenAsync() },
    }) ?? throw new InvalidOperationException("python3 could not be started; ./test installs it.");

    private static async Task<IReadOnlyList<string>> ReadAsync(Process example, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
        {
            lines.Add(await example.StandardOutput.ReadLineAsync(Cancellation).AsTask().WaitAsync(Dashboard.Patience, Cancellation)
                ?? throw new InvalidOperationException("The example ended: " + await example.StandardError.ReadToEndAsync(Cancellation)));
        }

        return lines;
    }

    private static async Task ObserveAsync(HubConnection probe, int first, IReadOnlyList<ReinitObservation> seen)
    {
        var batch = new ObservationBatch(Boot, [.. seen.Select((observation, i) => new WireObservation(first + i, observation))]);
        DeliveryReply reply = await probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch, Cancellation).WaitAsync(Dashboard.Patience, Cancellation);
        Assert.Equal(DeliveryOutcome.Stored, reply.Outcome);
    }
}
