using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

[assembly: AssemblyFixture(typeof(TdxDash.EndToEnd.Chromium))]

// Most of them wait for a server, a probe or a browser most of the time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 3)]

namespace TdxDash.EndToEnd;

/// <summary>The tests that only look at the site.</summary>
[CollectionDefinition(Name)]
public sealed class LookingTests : ICollectionFixture<Site>
{
    public const string Name = "looking";
}

/// <summary>A dashboard with this machine and the demo hosts in it, as <c>./run --demo</c> starts them; one for all tests that only look.</summary>
public sealed class Site : IAsyncLifetime
{
    /// <summary>How many demo hosts it has.</summary>
    public const int DemoHosts = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly List<RunningProcess> _probes = [];
    private Dashboard? _dashboard;

    /// <summary>This machine's name, as its row shows it.</summary>
    public static string ThisMachine => Environment.MachineName;

    internal Dashboard Dashboard => _dashboard!;

    public Uri Address => Dashboard.Address;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder.Sub("dashboard"));
        _probes.Add(Probe.OfThisMachine(Address, _folder.Sub("probe")));
        _probes.Add(Probe.Demo(Address, _folder.Sub("demo"), DemoHosts));
        await Eventually.HoldsAsync("every host has a stored snapshot",
            async () => (await _dashboard.StoredAsync()).DistinctBy(row => row.HostId).Count() == DemoHosts + 1,
            () => string.Join("\n\n", [.. _probes.Select(probe => probe.Output), _dashboard.Output]));
    }

    /// <summary>The rows of the fleet's table that are in the page.</summary>
    internal static ILocator Rows(IPage page) => page.Locator("tr.host-row");

    /// <summary>Waits until the rows that came with the page have given way to those of the live table, and its script is there.</summary>
    internal static Task LiveRowsAsync(IPage page) => Assertions.Expect(page.Locator(".tables[data-live] > div:not([class]) tr.host-row").First)
        .ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Chromium.Patience });

    /// <summary>The rows of demo hosts.</summary>
    internal static ILocator DemoRows(IPage page) =>
        Rows(page).Filter(new LocatorFilterOptions { HasNot = page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = ThisMachine, Exact = true }) });

    /// <summary>The table row of a host.</summary>
    internal static ILocator Row(IPage page, string name) =>
        Rows(page).Filter(new LocatorFilterOptions { Has = page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = name, Exact = true }) });

    /// <summary>Opens a host's page from its row in the fleet, and one of its tabs where one is named.</summary>
    internal static async Task OpenHostAsync(IPage page, string name, string? tab = null)
    {
        await Row(page, name).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name }).First.WaitForAsync();
        await Chromium.InteractiveAsync(page);
        if (tab is not null)
        {
            ILocator link = page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Pages of this host" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = tab, Exact = true });
            await link.ClickAsync();
            await Assertions.Expect(link).ToHaveAttributeAsync("aria-current", "page");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RunningProcess probe in _probes)
        {
            await probe.DisposeAsync();
        }

        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }
}
