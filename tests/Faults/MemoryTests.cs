using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>Little memory for the dashboard while two hundred probes send.</summary>
public sealed partial class MemoryTests
{
    private const int Senders = 200;
    private const int Ballast = 24_000;
    private const long Limit = 512L << 20;

    // What .NET takes of a container's limit by itself.
    private const long Heap = Limit / 4 * 3;

    // Less than what waits for the writer and is unpacked for it at times: allocations fail.
    private const long ScarceHeap = 24L << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>The heap has the bound that a container of 512 MiB would give it; all that the process ever had at hand would fit into that container.</summary>
    [Fact]
    public async Task Dashboard_In512MebibytesUnder200Probes_FitsAndLosesNothing()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data, HeapOf(Heap));
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Crowd(dashboard, ledger);
        using var pages = new Pages(dashboard.Address);
        int rounds = Scale.Of(2, 200);
        for (int i = 1; i <= rounds; i++)
        {
            await crowd.WithinAsync("each probe had another acknowledgement", Patience, () => ledger.Count >= i * Senders);
            await pages.GetAsync("/");
        }

        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.False(dashboard.HasExited, dashboard.Output);
        Assert.InRange(dashboard.PeakMemory, 1, Limit);
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"{Senders} probes at once, {ledger.Count} acknowledged, 0 lost, {crowd.PutOff} put off; at most {dashboard.PeakMemory >> 20} MiB of memory with a heap of at most {Heap >> 20} MiB"));
    }

    /// <summary>With so little memory that it dies of it each time: what was acknowledged is there, and it starts clean and goes on where it has enough again.</summary>
    [Fact]
    public async Task Dashboard_DyingOfTooLittleMemoryUnder200Probes_StartsCleanAndLosesNothing()
    {
        int deaths = Scale.Of(1, 50);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data, HeapOf(Heap));
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Crowd(dashboard, ledger);
        await crowd.WithinAsync("each probe had an acknowledgement", Patience, () => ledger.Count >= Senders);
        Assert.Equal(0, await dashboard.StopAsync());
        int before = ledger.Count;
        for (int i = 0; i < deaths; i++)
        {
            await using RunningProcess dying = Dashboard.Launch(data, dashboard.Address.GetLeftPart(UriPartial.Authority), HeapOf(ScarceHeap));
            await crowd.WithinAsync("the dashboard died", Patience, () => dying.HasExited);
            await dying.LineAsync(OutOfMemory());
            await InvariantChecker.HoldsAsync(data, ledger);
        }

        int meanwhile = ledger.Count - before;
        await dashboard.RestartAsync();
        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Figures.Note($"{deaths} deaths of a heap of {ScarceHeap >> 20} MiB, {meanwhile} snapshots acknowledged by those that died; {ledger.Count} in all, 0 lost, 0 twice, {crowd.Duplicates} committed and not answered before a death");
    }

    private static string[] HeapOf(long bytes) => ["env", string.Create(CultureInfo.InvariantCulture, $"DOTNET_GCHeapHardLimit={bytes:x}")];

    private static ProbeCrowd Crowd(Dashboard dashboard, AckLedger ledger) =>
        new(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.Zero, Ballast = Ballast }));

    [GeneratedRegex("out ?of ?memory", RegexOptions.IgnoreCase)]
    private static partial Regex OutOfMemory();
}
