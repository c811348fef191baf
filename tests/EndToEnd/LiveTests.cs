using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>The live view over a real dashboard and a real probe with demo hosts, whose emulated modules are re-initialised from the pages.</summary>
public sealed partial class LiveTests(Chromium chromium, LiveSite site) : IClassFixture<LiveSite>
{
    // The hosts of the group, 1 to 19 and 30; the others are for one test each.
    private const int Grouped = 20;
    private const string OfTheGroup = "-host:demo-u02";

    private const float Patience = 90_000;

    // Another version with other features than the hosts start with, which Linux has consumed.
    private const string OtherModule = "tdx-1.5.16-srf";

    // The stages that were seen running, in the order in which they were.
    private const string WatchStages = """
        () => {
            window.stages = [];
            const look = () => document.querySelectorAll('[data-kind=Update] [data-stage][data-status=Running]').forEach(step => {
                if (!window.stages.includes(step.dataset.stage)) { window.stages.push(step.dataset.stage); }
            });
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            look();
        }
        """;

    // Rows whose stage, its words and its dots did not agree at any moment.
    private const string WatchRows = """
        () => {
            window.torn = [];
            const look = () => document.querySelectorAll('tr[data-host] .mini').forEach(mini => {
                const [, place, count, stage] = /^Stage (\d+) of (\d+): (.*)$/.exec(mini.title) ?? [];
                const at = mini.closest('td')?.querySelector('.at')?.textContent, dots = [...mini.children].map(dot => dot.className.replace('dot ', '')).filter(dot => dot !== 'spare');
                const last = Math.max(dots.lastIndexOf('running'), dots.lastIndexOf('failed'));
                if (at !== stage || mini.getAttribute('aria-label') !== mini.title || dots.length !== Number(count) || (last >= 0 && last + 1 !== Number(place))) {
                    window.torn.push(`${mini.title} | ${at} | ${dots}`);
                }
            });
            new MutationObserver(look).observe(document.querySelector('[data-live-page]'), { subtree: true, childList: true, attributes: true, characterData: true });
        }
        """;

    // What the stage of each host looks like.
    private const string Steppers = "() => [...document.querySelectorAll('tr[data-host]')].map(row => `${row.dataset.host} ${row.querySelector('.mini').outerHTML} ${row.querySelector('.at').textContent}`).sort()";

    public static TheoryData<int, string, string, string> Faults => new()
    {
        { 21, "busy", "Safe", "retry is safe" },
        { 22, "refused", "Reboot", "The kernel says that the module is down: reboot the host." },
        { 23, "entropy", "Reboot", "The kernel says that the module is down: reboot the host." },
        { 24, "after-shutdown", "Reboot", "The kernel says that the module is down: reboot the host." },
    };

    [Fact]
    public async Task Host_UpdatedFromItsPage_GoesThroughTheStagesAndShowsWhatChanged()
    {
        IPage page = await OpenHostAsync(20);
        await page.EvaluateAsync(WatchStages);
        await StartAsync(page, "", OtherModule);

        await Assertions.Expect(page.Locator("[data-kind=Update][data-outcome=Verified]")).ToBeVisibleAsync(Patient);
        string[] seen = await page.EvaluateAsync<string[]>("() => window.stages");
        string[] order = ["Detected", "Receiving", "Preparing", "Transferring", "InKernel", "Shutdown", "Install", "NewPerCpu", "HandOver", "Rereading", "Verified"];
        Assert.Equal(seen.OrderBy(stage => Array.IndexOf(order, stage)), seen);
        Assert.Contains("InKernel", seen);
        Assert.Contains("Install", seen);
        await Assertions.Expect(page.Locator("[data-kind=Update] [data-stage][data-status=Done], [data-kind=Update] [data-stage][data-status=Unseen]")).ToHaveCountAsync(order.Length);
        await Assertions.Expect(page.Locator("[aria-label='Before and after'] caption")).ToContainTextAsync("which took");
        Assert.DoesNotContain("%", await page.Locator("section.panel").InnerTextAsync(), StringComparison.Ordinal);
        ILocator card = page.Locator("[aria-label='Before and after']");
        await Assertions.Expect(card.Locator("tr", new LocatorLocatorOptions { HasText = "Version" }).First).ToContainTextAsync("1.5.16");
        await Assertions.Expect(card.Locator("[aria-label='Features that changed'] li")).Not.ToHaveCountAsync(0);
        await Assertions.Expect(card.Locator(".alarm[role=alert]")).ToContainTextAsync("TDX_FEATURES0");
        await Assertions.Expect(card.Locator("tr", new LocatorLocatorOptions { HasText = "Reserved areas" }).First).ToBeVisibleAsync(Patient);
        await TakeInBothThemesAsync(page, "live-host-success");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Host_UpdatedWithAFault_ShowsTheFailureWithTheAdviceThatTheKernelAllows(int host, string fault, string advice, string text)
    {
        IPage page = await OpenHostAsync(host);
        await StartAsync(page, fault);

        ILocator card = page.Locator("[data-kind=Update] .failure");
        await Assertions.Expect(card).ToHaveAttributeAsync("data-advice", advice, new LocatorAssertionsToHaveAttributeOptions { Timeout = Patience });
        await Assertions.Expect(card).ToContainTextAsync(text);
        await Assertions.Expect(card).ToContainTextAsync("transferring:firmware-invalid", new LocatorAssertionsToContainTextOptions { Timeout = Patience });
        await Assertions.Expect(page.Locator("[data-kind=Update] h3 .mark.emulated")).ToBeVisibleAsync();
        if (fault == "after-shutdown")
        {
            await TakeInBothThemesAsync(page, "live-host-failure");
        }
    }

    [Fact]
    public async Task Board_OfAGroupWithTwoFailures_CountsThemAtTheEnd()
    {
        await GroupAsync("site-b");
        IPage page = await OpenAsync("/live?group=site-b");
        await CountsAsync(page, waiting: Grouped, updating: 0, done: 0, failed: 0);
        await page.EvaluateAsync(WatchRows);

        string[] ids = await page.Locator("tr[data-phase]").EvaluateAllAsync<string[]>("rows => rows.map(row => row.dataset.host)");
        (string busy, string down) = (ids[3], ids[8]);
        await page.Locator("[data-action=reinit]").ClickAsync();
        await AskAsync(page, [busy], "busy");
        await AskAsync(page, [down], "after-shutdown");
        await AskAsync(page, [.. ids.Except([busy, down])], "");
        await Assertions.Expect(page.Locator("[data-count=updating] b")).Not.ToHaveTextAsync("0", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        // What moves is not held to the rules of accessibility here: it would be another page at the end of the check than at its beginning.
        await TakeAsync(page, "live-board-during-light", isStill: false);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await TakeAsync(page, "live-board-during-dark", isStill: false);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });

        await CountsAsync(page, waiting: 0, updating: 0, done: Grouped - 2, failed: 2);
        await Assertions.Expect(page.Locator("tr[data-phase=Failed]")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator($"tr[data-host='{busy}']")).ToContainTextAsync("retry is safe");
        await Assertions.Expect(page.Locator($"tr[data-host='{down}']")).ToContainTextAsync("reboot the host");
        await Assertions.Expect(page.Locator("tr[data-phase=Done]").First).ToContainTextAsync("1.5.08 → 1.5.16");
        await Assertions.Expect(page.Locator("tr[data-phase=Done]").First).ToContainTextAsync(new Regex("Alarm: .*TDX_FEATURES0"));
        // What was shown between drawings agreed with itself, and left nothing behind that the dashboard does not say.
        Assert.Empty(await page.EvaluateAsync<string[]>("() => window.torn"));
        IPage fresh = await OpenAsync(page.Url);
        await CountsAsync(fresh, waiting: 0, updating: 0, done: Grouped - 2, failed: 2);
        Assert.Equal(await fresh.EvaluateAsync<string[]>(Steppers), await page.EvaluateAsync<string[]>(Steppers));
        await TakeInBothThemesAsync(page, "live-board-end");
        await page.SetViewportSizeAsync(360, 740);
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= 360);
        await TakeAsync(page, "live-board-360");
    }

    [Fact]
    public async Task Stage_BetweenTwoDrawings_IsShownInItsRow()
    {
        IPage page = await OpenAsync(BoardFromNow());
        string[] shown = await page.EvaluateAsync<string[]>("""
            async () => {
                const root = document.createElement('table');
                const row = (host, dots) => `<tr data-host="${host}" data-sequence="4"><td><span class="mini" title="Stage 1 of 2: receiving" aria-label="Stage 1 of 2: receiving">${dots}</span><span class="at">receiving</span></td></tr>`;
                root.innerHTML = row('a', '<span class="dot running"></span><span class="dot waiting"></span>') + row('b', '<span class="dot running"></span>') + row('c', '<span class="dot running"></span><span class="dot waiting"></span><span class="dot spare"></span>');
                const { attach } = await import('/js/live.js');
                const script = attach(root);
                script.show(['a', 'b', 'gone'].map(host => ({ host, sequence: 5, stage: 'Stage 2 of 2: preparing', dots: 'done running' })));
                script.show([{ host: 'c', sequence: 6, stage: 'Stage 3 of 3: verified', dots: 'done done running' }]);
                script.show([{ host: 'c', sequence: 6, stage: 'Stage 2 of 2: preparing', dots: 'done running' }]);
                script.dispose();
                return [...root.rows].map(row => [row.dataset.sequence, row.querySelector('.mini').title, row.querySelector('.mini').getAttribute('aria-label'),
                    row.querySelector('.at').textContent, [...row.querySelectorAll('.dot')].map(dot => dot.className).join()].join(' | '));
            }
            """);

        // The second has no place for so many stages, and the third, which had a spare one, shows as much already the second time.
        Assert.Equal([
            "5 | Stage 2 of 2: preparing | Stage 2 of 2: preparing | preparing | dot done,dot running",
            "4 | Stage 1 of 2: receiving | Stage 1 of 2: receiving | receiving | dot running",
            "6 | Stage 3 of 3: verified | Stage 3 of 3: verified | verified | dot done,dot done,dot running"], shown);
    }

    [Fact]
    public async Task Notice_WhereTheBrowserHasNoSound_TurnsItOffAndSaysSo()
    {
        IPage page = await OpenAsync(BoardFromNow());
        await page.Locator("[data-live-page][data-attached]").WaitForAsync();

        string[] boxes = await page.EvaluateAsync<string[]>("""
            async () => {
                localStorage.setItem('tdxdash.live-sound', '1');
                globalThis.AudioContext = class { constructor() { throw new Error('no audio device'); } };
                const root = document.createElement('div');
                root.innerHTML = '<input type="checkbox" data-live-sound>';
                const { attach } = await import('/js/live.js');
                const script = attach(root);
                const box = root.querySelector('input'), before = box.checked;
                script.notice('a: failed', true);
                script.notice('b: failed', true);
                script.dispose();
                return [String(before), String(box.checked), box.title];
            }
            """);

        Assert.Equal(["true", "false", "This browser cannot: Error: no audio device"], boxes);
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync("Sound cannot be had here and is off: Error: no audio device");
    }

    [Fact]
    public async Task Board_PausedByKey_HoldsAndSaysHowMuch()
    {
        IPage page = await OpenAsync(BoardFromNow());
        await page.Locator("[data-live-page][data-attached]").WaitForAsync();
        await page.Keyboard.PressAsync("p");
        await Assertions.Expect(page.Locator(".badge")).ToContainTextAsync("Paused");
        await page.Locator($"tr[data-host='{IdOf(25)}'] input").CheckAsync();
        await StartAsync(page, "busy");

        await Assertions.Expect(page.Locator(".badge")).ToHaveTextAsync(SomeWait(), new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        await Assertions.Expect(page.Locator("[data-count=waiting] b")).ToHaveTextAsync(LiveSite.Hosts.ToString(CultureInfo.InvariantCulture));
        await page.Keyboard.PressAsync("p");
        await Assertions.Expect(page.Locator("[data-count=failed] b")).ToHaveTextAsync("1", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
    }

    [Fact]
    public async Task Board_PausedAndFiltered_StaysAsItWasUntilItGoesOn()
    {
        string all = LiveSite.Hosts.ToString(CultureInfo.InvariantCulture), board = BoardFromNow();
        IPage page = await OpenAsync(board);
        await page.Locator("[data-live-page][data-attached]").WaitForAsync();
        await page.Locator($"tr[data-host='{IdOf(26)}'] input").CheckAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause" }).ClickAsync();
        await StartAsync(page, "busy");
        await Assertions.Expect(page.Locator(".badge")).ToHaveTextAsync(SomeWait(), new LocatorAssertionsToHaveTextOptions { Timeout = Patience });

        await page.Locator("[data-count=waiting]").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("phase=waiting"));
        await page.Locator(".kinds a", new PageLocatorOptions { HasText = "node" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("kinds=node"));
        await Assertions.Expect(page.Locator("[data-count=waiting] b")).ToHaveTextAsync(all);
        await Assertions.Expect(page.Locator("tr[data-phase=Waiting]")).ToHaveCountAsync(LiveSite.Hosts);
        await Assertions.Expect(page.Locator(".badge")).ToHaveTextAsync(SomeWait());
        await Assertions.Expect(page.Locator(".page > [role=alert]")).ToBeEmptyAsync();

        // A page that is not paused tells when it has ended.
        IPage other = await OpenAsync(board);
        await Assertions.Expect(other.Locator("[data-count=failed] b")).ToHaveTextAsync("1", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        await Assertions.Expect(page.Locator("[data-count=failed] b")).ToHaveTextAsync("0");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-count=failed] b")).ToHaveTextAsync("1", new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        await Assertions.Expect(page.Locator(".page > [role=alert]")).ToContainTextAsync("failed");
        await Assertions.Expect(page.Locator(".badge")).ToHaveCountAsync(0);
    }

    private static LocatorAssertionsToBeVisibleOptions Patient => new() { Timeout = Patience };

    // Chooses some hosts alone and asks them; they are moving, or have failed already, when it returns.
    private static async Task AskAsync(IPage page, string[] hosts, string fault)
    {
        ILocator every = page.GetByRole(AriaRole.Checkbox, new PageGetByRoleOptions { Name = "Choose all demo hosts" });
        ILocator chosen = page.Locator("tr[data-host] input:checked");
        // A box that is still checked from before would not be checked again.
        await every.CheckAsync();
        await Assertions.Expect(chosen).Not.ToHaveCountAsync(0);
        await every.UncheckAsync();
        await Assertions.Expect(chosen).ToHaveCountAsync(0);
        foreach (string id in hosts)
        {
            await page.Locator($"tr[data-host='{id}'] input").CheckAsync();
        }

        await page.Locator(".form select").Nth(0).SelectOptionAsync(OtherModule);
        await page.Locator(".form select").Nth(1).SelectOptionAsync(fault);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = $"Start on {hosts.Length} demo host{(hosts.Length == 1 ? "" : "s")}" }).ClickAsync();
        await Assertions.Expect(page.Locator($"tr[data-host='{hosts[^1]}']")).Not.ToHaveAttributeAsync("data-phase", "Waiting", new LocatorAssertionsToHaveAttributeOptions { Timeout = Patience });
    }

    private static async Task StartAsync(IPage page, string fault, string? profile = null)
    {
        await page.Locator("[data-action=reinit]").ClickAsync();
        if (profile is not null)
        {
            await page.Locator(".form select").Nth(0).SelectOptionAsync(profile);
        }

        await page.Locator(".form select").Nth(1).SelectOptionAsync(fault);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = StartOn() }).ClickAsync();
        await Assertions.Expect(page.Locator(".form [role=status]")).ToContainTextAsync("began", new LocatorAssertionsToContainTextOptions { Timeout = Patience });
    }

    private static async Task CountsAsync(IPage page, int waiting, int updating, int done, int failed)
    {
        foreach ((string phase, int count) in new[] { ("failed", failed), ("done", done), ("updating", updating), ("waiting", waiting) })
        {
            await Assertions.Expect(page.Locator($"[data-count={phase}] b")).ToHaveTextAsync(count.ToString(CultureInfo.InvariantCulture), new LocatorAssertionsToHaveTextOptions { Timeout = Patience });
        }
    }

    internal static async Task TakeInBothThemesAsync(IPage page, string name)
    {
        await TakeAsync(page, name + "-light");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        await TakeAsync(page, name + "-dark");
    }

    private static async Task TakeAsync(IPage page, string name, bool isStill = true)
    {
        if (isStill)
        {
            await AccessibilityTests.AssertAccessibleAsync(page);
        }

        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        Directory.CreateDirectory(Product.Screenshots);
        Assert.NotEmpty(await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Product.Screenshots, name + ".png") }));
    }

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"de300000-7d00-4000-8000-{1_000 + number:d12}");

    // What other tests updated before counts as waiting again.
    private static string BoardFromNow() => $"/live?since={DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff}Z";

    private Task<IPage> OpenHostAsync(int number) => OpenAsync("/hosts/" + IdOf(number));

    private async Task<IPage> OpenAsync(string path)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, path));
        await page.Locator("[data-ready=true]").First.WaitForAsync();
        return page;
    }

    private async Task GroupAsync(string group)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "/?q=" + OfTheGroup));
        await Site.LiveRowsAsync(page);
        await page.GetByRole(AriaRole.Checkbox, new PageGetByRoleOptions { Name = "Select all matching hosts" }).First.CheckAsync();
        await page.Locator("#group").FillAsync(group);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Set group" }).ClickAsync();
        await Assertions.Expect(page.GetByText($"group {group}").Or(page.Locator("td.col-group", new PageLocatorOptions { HasText = group })).First).ToBeVisibleAsync();
    }

    [GeneratedRegex("^Start on .* demo hosts?$")]
    private static partial Regex StartOn();

    [GeneratedRegex("Paused: [1-9][0-9,]* events? waits?")]
    private static partial Regex SomeWait();
}
