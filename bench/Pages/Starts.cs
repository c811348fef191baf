using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>Starts of the dashboard, and the first visit after each. Files of the database may be in the system's cache.</summary>
internal static class Starts
{
    private const int Times = 5;

    public static async Task RunAsync(Visitor visitor, Arguments arguments)
    {
        var ready = new List<double>();
        var rows = new List<double>();
        for (int round = 0; round < Times; round++)
        {
            await using Server fresh = await Server.StartAsync(arguments);
            ready.Add(fresh.ToReady.TotalMilliseconds);
            double cpu = fresh.Cpu.TotalMilliseconds;
            rows.Add(await visitor.FirstRowsAsync(fresh.Address));
            Console.WriteLine(FormattableString.Invariant(
                $"  start {round + 1}: ready after {ready[^1]:F0} ms, {cpu:F0} ms of processor time; then first rows after {rows[^1]:F0} ms; load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
        }

        Figures.Print("cold start to ready", ready);
        Figures.Print("Fleet, rows painted, fresh browser on a fresh server", rows);
    }
}
