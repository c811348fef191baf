using System.Globalization;
using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>The planner's pages: an edit of a plan of eight sockets, and a what-if over the fleet.</summary>
internal static class PlannerPages
{
    private const int Warm = 3, Times = 20;

    // From the event in a field until two frames after what it has to change has changed and nothing is at work.
    private const string TimeOf = """
        ([field, value, kind, shows, wanted]) => new Promise((done, failed) => {
            const shown = () => document.querySelector(shows)?.textContent ?? '';
            const before = shown();
            const from = performance.now();
            const look = () => {
                if (shown() !== before && shown().includes(wanted)) {
                    observer.disconnect();
                    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
                }
            };
            const observer = new MutationObserver(look);
            observer.observe(document.body, { childList: true, subtree: true, characterData: true });
            setTimeout(() => failed(new Error(`nothing changed to ${wanted}: ${shown()}`)), 20000);
            const input = document.querySelector(field);
            input.value = value;
            input.dispatchEvent(new Event(kind, { bubbles: true }));
        })
        """;

    public static async Task RunAsync(Visitor visitor, Server server)
    {
        await using IBrowserContext context = await visitor.NewContextAsync();
        IPage plan = await Visitor.OpenAsync(context, new Uri(server.Address, "/planner"));
        await plan.Locator(".editor[data-attached]").WaitForAsync();
        // The name comes onto the page with the results.
        Figures.Print("planner: typed, result of an 8-socket 8 TiB plan painted", await RepeatAsync(i =>
            TimeAsync(plan, "#plan-text", $"name run {i:00}, 8 sockets x {1_024 + i} GiB, hole 2G-4G, firmware 6 x 64 KiB in 1M-2G, keyids 64, tds 40 x 128 GiB x 16 vcpus", "input", ".tools", $"run {i:00}")));

        Figures.Print("planner over the fleet, first of all, painted", [await visitor.PaintedAsync(new Uri(server.Address, "/planner/fleet"), ".figures")]);
        IPage fleet = await Visitor.OpenAsync(context, new Uri(server.Address, "/planner/fleet?dpamt=on&use=10"));
        await fleet.Locator(".figures").WaitForAsync();
        Figures.Print("planner over the fleet: what-if changed, result painted", await RepeatAsync(i =>
            TimeAsync(fleet, "form [inputmode=decimal]", (11 + i).ToString(CultureInfo.InvariantCulture), "change", ".figures", "PAMT")));
    }

    private static Task<double> TimeAsync(IPage page, string field, string value, string kind, string shows, string wanted) => page.EvaluateAsync<double>(TimeOf, new[] { field, value, kind, shows, wanted });

    private static async Task<List<double>> RepeatAsync(Func<int, Task<double>> measure)
    {
        var times = new List<double>();
        for (int i = 0; i < Warm + Times; i++)
        {
            double time = await measure(i);
            if (i >= Warm)
            {
                times.Add(time);
            }
        }

        return times;
    }
}
