using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>Many pages go at once: what the dashboard held for them is free again.</summary>
public sealed class TabTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Hosts = 5;

    // Blazor's own figures: so many pages that went without a word can come back, and for so long.
    private const int MostKept = 100;
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(3);

    // Every tab draws every change, and the browser shares the machine: on two cores a tab no longer starts in time beside two hundred others.
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(Scale.Of(1, 10));

    // Enough for the dashboard to give their memory back.
    private const int FirstWave = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettledAfter = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan MemoryBackAfter = TimeSpan.FromMinutes(5);

    /// <summary>Half of the tabs are closed, and say so; in full the other half dies with its browser, and does not.</summary>
    [Fact]
    public async Task Tabs_ClosedAtOnce_LeaveNothingBehind()
    {
        int count = Scale.Of(8, 150);
        using var folder = new TemporaryFolder();
        using var circuits = new CircuitCount(folder.Sub("count"));
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data, circuits.Prefix);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Hosts).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = Pace, ShowsSequence = true }));
        await crowd.WithinAsync("all hosts are known", Patience, () => ledger.Count >= Hosts);
        IPage first = await chromium.OpenAsync(dashboard.Address);
        long one = dashboard.Memory;
        // What many pages and their code cost once is behind it.
        long before = Scale.IsFull ? await WarmAsync(first.Context, circuits, dashboard) : one;
        IPage[] pages = await OpenAsync(first.Context, dashboard.Address, count);
        (long full, long open) = (dashboard.Memory, circuits.Now);

        TimeSpan closed = await CloseAsync(Scale.IsFull ? pages[(count / 2)..] : pages, circuits);
        string died = Scale.IsFull ? await DieAsync(first.Context, circuits, dashboard, before) : "";

        Assert.Equal(count + 1, open);
        await crowd.DrainAsync(Patience);
        await InvariantChecker.HoldsAsync(data, ledger);
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"{count} tabs: memory {one >> 20} MiB with one and {full >> 20} MiB with all; circuits of those closed were free after {closed.TotalSeconds:F1} s{died}"));
    }

    /// <returns>The least memory after a first wave of tabs has gone.</returns>
    private static async Task<long> WarmAsync(IBrowserContext context, CircuitCount circuits, Dashboard dashboard)
    {
        IPage[] pages = await OpenAsync(context, dashboard.Address, FirstWave);
        await CloseAsync(pages, circuits);
        await WithinAsync("the first wave's circuits are free", KeptFor + Patience, Stopwatch.StartNew(), () => circuits.Now == 1, () => $"{circuits.Now} circuits");
        // Until it falls no further.
        long least = long.MaxValue;
        var still = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (still.Elapsed < SettledAfter)
        {
            if (dashboard.Memory is var now && now < least)
            {
                least = now;
                still.Restart();
            }

            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return least;
    }

    private static async Task<IPage[]> OpenAsync(IBrowserContext context, Uri dashboard, int count)
    {
        var pages = new IPage[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            pages[i] = await context.NewPageAsync();
            await pages[i].GotoAsync(dashboard.ToString());
            await Chromium.InteractiveAsync(pages[i]);
        });
        return pages;
    }

    private static async Task<TimeSpan> CloseAsync(IPage[] pages, CircuitCount circuits)
    {
        // The goodbye of a tab is sent without waiting for an answer, and one that is lost leaves a tab that died.
        long left = circuits.Now - pages.Length, lost = pages.Length / 4;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(pages.Select(page => page.CloseAsync(new PageCloseOptions { RunBeforeUnload = true })));
        await Eventually.HoldsAsync("the circuits of closed tabs are free", () => Task.FromResult(circuits.Now <= left + lost), () => $"{circuits.Now} circuits where {left} pages are open");
        return clock.Elapsed;
    }

    private static async Task<string> DieAsync(IBrowserContext context, CircuitCount circuits, Dashboard dashboard, long before)
    {
        long dead = circuits.Now;
        var clock = Stopwatch.StartNew();
        await context.CloseAsync();
        await Eventually.HoldsAsync($"at most {MostKept} circuits are kept", () => Task.FromResult(circuits.Now <= MostKept), () => $"{circuits.Now} circuits");
        long kept = circuits.Now;
        TimeSpan free = await WithinAsync("no circuit is kept", KeptFor + Patience, clock, () => circuits.Now == 0, () => $"{circuits.Now} circuits");
        TimeSpan back = await WithinAsync("the memory is back", MemoryBackAfter, clock, () => dashboard.Memory <= before * 1.2, () => $"{dashboard.Memory >> 20} MiB, {before >> 20} before");
        return string.Create(CultureInfo.InvariantCulture, $"; of {dead} that died {kept} were kept, none after {free.TotalSeconds:F0} s, and {dashboard.Memory >> 20} MiB of memory after {back.TotalSeconds:F0} s, {before >> 20} before they came");
    }

    private static async Task<TimeSpan> WithinAsync(string condition, TimeSpan patience, Stopwatch clock, Func<bool> check, Func<string> state)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!check())
        {
            Assert.True(clock.Elapsed < patience, $"After {patience} it does not hold that {condition}: {state()}");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return clock.Elapsed;
    }
}
