using System.Text.RegularExpressions;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Three processes: one drives an emulated module in a tree, a probe watches the tree as it would a host, and the dashboard
/// stores what the probe sees.</summary>
public sealed partial class ReinitTests
{
    [Fact]
    public async Task Reinit_InATreeThatAProbeWatches_ReachesTheDashboard()
    {
        using var folder = new TemporaryFolder();
        string tree = folder.Sub("tree");
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        await using (RunningProcess first = RunningProcess.Start([.. Product.Probe(), "reinit", "--tree", tree, "--speed", "100"]))
        {
            await first.LineAsync(AllEmulated());
        }

        Enrolment.OfHost(dashboard.Address, folder.Sub("probe"));
        await using RunningProcess probe = RunningProcess.Start(
            [.. Product.Probe(), "run", "--root", tree, "--module", "none", "--dashboard", dashboard.Address.GetLeftPart(UriPartial.Authority), "--state", folder.Sub("probe"), "--interval", "1h"]);
        await Eventually.HoldsAsync("the boot is stored", async () => (await dashboard.ObservationsAsync()).Any(body => body.Contains("KB allocated for PAMT", StringComparison.Ordinal)));
        await dashboard.KillAsync();

        await using RunningProcess second = RunningProcess.Start([.. Product.Probe(), "reinit", "--tree", tree, "--to", "tdx-1.5.16-srf", "--fault", "after-shutdown"]);
        await second.LineAsync(AllEmulated());
        await dashboard.RestartAsync();

        // What happened while the dashboard was away is all there, in order and once.
        await Eventually.HoldsAsync("the failure is stored", async () => (await dashboard.ObservationsAsync()).Any(body => body.Contains("transferring:firmware-invalid", StringComparison.Ordinal)));
        IReadOnlyList<string> stored = await dashboard.ObservationsAsync();
        Assert.All(stored, body => Assert.Contains("\"provenance\":\"Emulated\"", body, StringComparison.Ordinal));
        Assert.Contains(stored, body => body.Contains("\"status\":\"transferring\"", StringComparison.Ordinal));
        Assert.Contains(stored, body => body.Contains("\"step\":\"TdmrInit\"", StringComparison.Ordinal));
        Assert.Contains(stored, body => body.Contains("seamldr: update failed", StringComparison.Ordinal));
        Assert.Contains(stored, body => body.Contains("\"presence\":\"Lost\"", StringComparison.Ordinal));
        Assert.False(probe.HasExited, $"the probe ended:\n{probe.Output}");
    }

    [GeneratedRegex("All of this was emulated")]
    private static partial Regex AllEmulated();
}
