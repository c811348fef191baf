using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;
using TdxDash.Testing;

namespace TdxDash.EndToEnd;

/// <summary>Hosts without a probe, on a dashboard of their own.</summary>
public sealed partial class ImportTests(Chromium chromium) : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private Dashboard? _dashboard;

    public async ValueTask InitializeAsync() => _dashboard = await Dashboard.StartAsync(_folder.Sub("dashboard"));

    [Fact]
    public async Task Import_FromTheEmptyFleet_MakesAHostThatIsReportedByFile()
    {
        IPage page = await chromium.OpenAsync(_dashboard!.Address);
        await page.Locator("main").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "import a log or report" }).ClickAsync();
        await ReadyAsync(page);
        await page.Locator("#import-file").SetInputFilesAsync(Repository.Data("captures", "02-gnr-hpe-dl380a-gen12.txt"));
        await Assertions.Expect(page.Locator("section[aria-labelledby=understood]")).ToContainTextAsync("TDX module 2.0.08, build 882 of 2025-03-25");
        Assert.Empty(await _dashboard.StoredAsync());

        await page.Locator("#import-name").FillAsync("dl380a");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();

        await Assertions.Expect(page.Locator("header.head h1")).ToHaveTextAsync("dl380a");
        await Assertions.Expect(page.Locator("header.head")).ToContainTextAsync("reported by file");
        await Assertions.Expect(page.Locator("header.head")).Not.ToContainTextAsync("silent");
        await Assertions.Expect(page.Locator("[data-check='memory.reserved-areas']")).ToContainTextAsync("reserved areas exhausted");
        Assert.Single(await _dashboard.StoredAsync());
    }

    [Fact]
    public async Task ImportCommand_WithTheDashboard_StoresBeforeItSaysSo()
    {
        await using RunningProcess probe = Probe.Import(_dashboard!.Address, _folder.Sub("import"), Repository.Data("captures", "12-spr-256g-complete.txt"), "rack5");
        await probe.LineAsync(Stored());
        Assert.Single(await _dashboard.StoredAsync());

        IPage page = await chromium.OpenAsync(_dashboard.Address);
        await Site.OpenHostAsync(page, "rack5");
        await Assertions.Expect(page.Locator("header.head")).ToContainTextAsync("reported by file");
    }

    [Fact]
    public async Task Paste_OfALongText_IsUnderstoodAndJoinsTheHostOfItsName()
    {
        IPage page = await chromium.OpenAsync(new Uri(_dashboard!.Address, "/import"));
        await PasteAsync(page, "virt/tdx: module not loaded\n", "rack1");
        await page.GotoAsync("/import");
        await Chromium.InteractiveAsync(page);

        // Longer than one message of the circuit may be.
        await PasteAsync(page, "[    1.0] virt/tdx: module initialized\n" + string.Concat(Enumerable.Repeat("[    2.0] some other line of the kernel\n", 5_000)), "rack1");

        await Assertions.Expect(page.Locator("header.head")).ToContainTextAsync("ready");
        IReadOnlyList<StoredSnapshot> stored = await _dashboard.StoredAsync();
        Assert.Equal((2, 1), (stored.Count, stored.DistinctBy(row => row.HostId).Count()));
    }

    [Fact]
    public async Task Choose_AFileThatIsNoText_SaysWhatToDo()
    {
        IPage page = await chromium.OpenAsync(new Uri(_dashboard!.Address, "/import"));
        await ReadyAsync(page);
        await page.Locator("#import-file").SetInputFilesAsync(new FilePayload { Name = "dmesg.gz", MimeType = "application/gzip", Buffer = [0x1F, 0x8B, 8, 0, 0] });
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("gzip -d");
    }

    [Fact]
    public async Task Groups_OfTheTree_OpenAndCloseByKeyboard()
    {
        IPage page = await chromium.OpenAsync(new Uri(_dashboard!.Address, "/import"));
        await PasteAsync(page, "virt/tdx: module not loaded\n", "rack2");
        ILocator module = page.Locator("details[data-group=module]"), kvm = page.Locator("details[data-group=kvm]");
        await Assertions.Expect(module).ToHaveAttributeAsync("open", "");
        await kvm.Locator("summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-check='kvm.tdx']")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-check='kvm.tdx']")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("light", ColorScheme.Light)]
    [InlineData("dark", ColorScheme.Dark)]
    public async Task Pages_Drawn_GivePicturesWithoutSeriousFindings(string theme, ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(new Uri(_dashboard!.Address, "/import"), scheme);
        await TakeAsync(page, $"import-{theme}");
        await ReadyAsync(page);
        await page.Locator("#import-file").SetInputFilesAsync(Repository.Data("captures", "03-module-1.0-no-sysrd.txt"));
        await Assertions.Expect(page.Locator("#import-name")).ToBeVisibleAsync();
        await TakeAsync(page, $"import-preview-{theme}");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("header.head h1")).ToBeVisibleAsync();
        await TakeAsync(page, $"imported-host-{theme}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }

    private static async Task PasteAsync(IPage page, string text, string name)
    {
        await ReadyAsync(page);

        // Set at once, as a paste does: typing it in takes the browser longer than the test.
        await page.Locator("#import-text").EvaluateAsync("(field, text) => { field.value = text; }", text);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Look at this text" }).ClickAsync();
        await page.Locator("#import-name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("header.head h1")).ToHaveTextAsync(name);
    }

    [GeneratedRegex("has stored it as host rack5")]
    private static partial Regex Stored();

    private static Task ReadyAsync(IPage page) => page.Locator("[data-ready=true]").WaitForAsync();

    private static async Task TakeAsync(IPage page, string name)
    {
        await AccessibilityTests.AssertAccessibleAsync(page);
        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        Directory.CreateDirectory(Product.Screenshots);
        Assert.NotEmpty(await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Product.Screenshots, name + ".png"), FullPage = true }));
    }
}
