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

    /// <summary>First the heap has the bound that a container of 512 MiB would give it, and all that the process ever has at hand would fit into that container.
    /// Then it has so little that it dies of it each time: what was acknowledged is there, and it starts clean and goes on where it has enough again.</summary>
    [Fact]
    public async Task Dashboard_InLittleMemoryUnder200Probes_LosesNothing()
    {
        (int rounds, int deaths) = (Scale.Of(1, 200), Scale.Of(1, 50));
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data, HeapOf(Heap));
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.Zero, Ballast = Ballast }));
        long peak = await SendAsync(dashboard, crowd, ledger, rounds);
        int before = ledger.Count;
        for (int i = 0; i < deaths; i++)
        {
            await DieAsync(data, dashboard.Address, crowd);
            await InvariantChecker.HoldsAsync(data, ledger);
        }

        int meanwhile = ledger.Count - before;
        await dashboard.RestartAsync();
        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.InRange(peak, 1, Limit);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Senders} probes at once, {before} acknowledged; at most {peak >> 20} MiB of memory with a heap of at most {Heap >> 20} MiB; {deaths} deaths of a heap of {ScarceHeap >> 20} MiB, {meanwhile} acknowledged before them; {ledger.Count} in all, 0 lost, 0 twice, {crowd.Duplicates} committed and not answered before an end"));
    }

    /// <summary>Lets probes send, then stops the dashboard.</summary>
    /// <returns>The most memory that it had.</returns>
    private static async Task<long> SendAsync(Dashboard dashboard, ProbeCrowd crowd, AckLedger ledger, int rounds)
    {
        using var pages = await Pages.OpenAsync(dashboard.Address);
        for (int i = 1; i <= rounds; i++)
        {
            await crowd.WithinAsync("each probe had another acknowledgement", Patience, () => ledger.Count >= i * Senders);
            await pages.GetAsync("/");
        }

        long peak = dashboard.PeakMemory;
        Assert.Equal(0, await dashboard.StopAsync());
        return peak;
    }

    private static async Task DieAsync(string data, Uri address, ProbeCrowd crowd)
    {
        await using RunningProcess dying = Dashboard.Launch(data, address.GetLeftPart(UriPartial.Authority), HeapOf(ScarceHeap));
        await crowd.WithinAsync("the dashboard died", Patience, () => dying.HasExited);
        await dying.LineAsync(OutOfMemory());
    }

    private static string[] HeapOf(long bytes) => ["env", string.Create(CultureInfo.InvariantCulture, $"DOTNET_GCHeapHardLimit={bytes:x}")];

    [GeneratedRegex("out ?of ?memory", RegexOptions.IgnoreCase)]
    private static partial Regex OutOfMemory();
}
