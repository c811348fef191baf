using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>What a user does: search, sort, open hosts, look at another time.</summary>
internal static class Journey
{
    private const int Times = 10;

    // From the event until two frames after rows and count are those that were asked for.
    private const string TimeOf = """
        ([act, wanted]) => new Promise((done, failed) => {
            const count = () => document.querySelector('.line [role=status]')?.textContent ?? '';
            // Names alone: ages change by themselves.
            const row = () => [...document.querySelectorAll('.tables > div:last-of-type tr.host-row a.open')].map(link => link.textContent).join();
            const before = row();
            const from = performance.now();
            const look = () => {
                if (count().includes(wanted) && row() !== before && row() !== '') {
                    observer.disconnect();
                    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - from)));
                }
            };
            const observer = new MutationObserver(look);
            observer.observe(document.body, { childList: true, subtree: true, characterData: true });
            setTimeout(() => failed(new Error('nothing changed to ' + wanted + ': ' + count())), 10000);
            if (act.startsWith('type:')) {
                const box = document.querySelector('#filter');
                box.value = act.slice(5);
                box.dispatchEvent(new Event('input', { bubbles: true }));
            } else {
                document.querySelector(`.tables > div:last-of-type th.${act} button.sort`).click();
            }
        })
        """;

    public static async Task RunAsync(Visitor visitor, Server server)
    {
        Uri address = server.Address;
        await using IBrowserContext context = await visitor.NewContextAsync();
        IPage page = await Visitor.OpenAsync(context, address);
        await page.Locator(".tables > div:last-of-type tr.host-row").First.WaitForAsync();
        string host = (await page.Locator("a.open").First.GetAttributeAsync("href"))!;
        var searches = new List<double>();
        var sorts = new List<double>();
        for (int i = 0; i < Times; i++)
        {
            searches.Add(await TimeAsync(page, $"type:family:GNR -r{i + 1:00}-", " of 10,000"));
            sorts.Add(await TimeAsync(page, "col-memory", "sorted by memory"));
            await TimeAsync(page, "type:", "10,000 of 10,000");
            sorts.Add(await TimeAsync(page, "col-host", "sorted by host"));
        }

        Figures.Print("search typed, rows painted", searches);
        Figures.Print("heading clicked, rows painted", sorts);
        Figures.Print("Fleet, rows painted, fresh browser on a running server", await RepeatAsync(() => visitor.FirstRowsAsync(address)));
        Figures.Print("host page, content painted, fresh browser", await RepeatAsync(() => visitor.PaintedAsync(new Uri(address, host), "main h2")));
        Figures.Print("host page, memory map painted, fresh browser", await RepeatAsync(() => visitor.PaintedAsync(new Uri(address, host + "/memory"), "main svg[role], main canvas, main svg[aria-label]")));
        DateTime then = DateTime.UtcNow.AddDays(-90);
        var past = new List<double>();
        for (int i = 0; i < Times / 2; i++)
        {
            past.Add(await visitor.FirstRowsAsync(new Uri(address, $"/?at={then.AddHours(i * 7):yyyy-MM-ddTHH:mm:ssZ}")));
        }

        Figures.Print("Fleet of another time, rows painted, fresh browser", past);
    }

    private static Task<double> TimeAsync(IPage page, string act, string wanted) => page.EvaluateAsync<double>(TimeOf, new[] { act, wanted });

    private static async Task<List<double>> RepeatAsync(Func<Task<double>> measure)
    {
        var times = new List<double>();
        for (int i = 0; i < Times / 2; i++)
        {
            times.Add(await measure());
        }

        return times;
    }
}
