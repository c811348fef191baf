using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.Testing;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>Plans of machines that need not exist, and of the whole fleet.</summary>
[Collection(PastTests.Name)]
public sealed class PlannerTests(Chromium chromium, PastSite site)
{
    private const string Iomem = "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n100000000-207fffffff : System RAM\n";
    private const string IomemPlan = "ram 0x1000-0xa0000@node0, ram 0x100000-0x80000000@node0, ram 0x100000000-0x2080000000@node0";
    private const string Small = "1 socket x 64 GiB, hole 2G-4G, keyids 8, tds 4 x 8 GiB";

    [Fact]
    public async Task Text_Typed_IsWorkedOutLiveAndCarriedByTheAddress()
    {
        IPage page = await OpenAsync("/planner");
        await Expect(page.Locator("section[aria-labelledby=plan-empty]")).ToBeVisibleAsync();

        await page.Locator("#plan-text").PressSequentiallyAsync(Small);

        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
        await Expect(page).ToHaveURLAsync(new Regex(@"plan=1\+socket\+x\+64\+GiB"));
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(Small);
        await Expect(page.Locator(".chart canvas")).ToBeVisibleAsync();
        await Expect(page.Locator("section[aria-labelledby=plan-headroom]")).ToContainTextAsync("with one more");
        await Expect(page.Locator(".map [data-part=zoom]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task PlanThatMustFail_SaysSoInWords()
    {
        IPage page = await OpenAsync("/planner?plan=" + Uri.EscapeDataString("2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G"));

        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would not initialise");
        await Expect(page.Locator(".sentence")).ToContainTextAsync("TDMR 0 would need 19 of 16 reserved areas.");
        await Expect(page.Locator(".verdict pre")).ToContainTextAsync("reserved areas exhausted");
    }

    [Fact]
    public async Task Mistake_KeepsTheLastResultsAndItsLineLeadsToThePlace()
    {
        IPage page = await OpenAsync(At(Small));
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");

        await page.Locator("#plan-text").FillAsync("1 socket x 64 GiB,\nhole 4G-2G");

        ILocator problem = page.Locator("#plan-problems li");
        await Expect(problem).ToContainTextAsync("line 2, column 6");
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
        await problem.GetByRole(AriaRole.Button).ClickAsync();
        // The place is marked by the page's answer to the click.
        await page.WaitForFunctionAsync("() => { const box = document.querySelector('#plan-text'); return box.value.slice(box.selectionStart, box.selectionEnd) === '4G-2G'; }");
    }

    [Fact]
    public async Task MegabyteOfText_IsRefusedAndThePageGoesOn()
    {
        IPage page = await OpenAsync(At(Small));
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");

        await page.Locator("#plan-text").FillAsync(new string('x', 1 << 20));
        await Expect(page.Locator("#plan-problems li")).ToContainTextAsync("The plan has 1,048,576 characters; at most 65,536 are accepted.");

        // The longest text that is taken does reach the server.
        await page.Locator("#plan-text").FillAsync("1 socket x 32 GiB #" + new string('é', 60_000));
        await Expect(page.Locator(".cards")).ToContainTextAsync("32 GiB in 1 range");
    }

    [Fact]
    public async Task Fields_AndPresets_WriteIntoTheText()
    {
        IPage page = await OpenAsync("/planner");

        await page.Locator("[data-part=presets]").SelectOptionAsync("1");
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
        await page.GetByLabel("Private KeyIDs").FillAsync("64");
        await page.GetByLabel("Private KeyIDs").BlurAsync();
        await page.GetByLabel("Dynamic PAMT", new PageGetByLabelOptions { Exact = true }).CheckAsync();

        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(new Regex("keyids 64.*dynamic-pamt"));
        // The address follows a moment after the text.
        await page.WaitForURLAsync(new Regex("dynamic-pamt"));
        await page.GoBackAsync();
        await Expect(page.Locator("#plan-text")).Not.ToHaveValueAsync(new Regex("dynamic-pamt"));
    }

    [Fact]
    public async Task Fields_OfMemory_WriteSocketsAndWhatComesAndGoes()
    {
        IPage page = await OpenAsync(At("1 socket x 64 GiB # mine\nhole 2G-4G"));
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");

        await page.GetByLabel("DIMMs").FillAsync("8");
        await page.GetByLabel("DIMMs").BlurAsync();
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync("1 socket x 8 dimms x 64 GiB # mine\nhole 2G-4G");
        await page.GetByLabel("Removed").FillAsync("64 GiB");
        await page.GetByLabel("Removed").BlurAsync();

        await Expect(page.Locator("#plan-text")).ToHaveValueAsync("1 socket x 8 dimms x 64 GiB # mine\nhole 2G-4G, remove 64 GiB");
        await Expect(page.Locator(".cards")).ToContainTextAsync("448 GiB in 2 ranges");
    }

    [Fact]
    public async Task Log_Pasted_GivesItsPlanLiveAndTheLinkCarriesIt()
    {
        IPage page = await OpenAsync("/planner");
        await page.GetByText("From a log, memory map or snapshot").ClickAsync();

        await page.Locator("#plan-log").FillAsync(Iomem);
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(IomemPlan);
        await Expect(page.Locator(".source [role=status]")).ToContainTextAsync("3 of 3 lines used");

        // Whoever writes on in it sees the plan follow.
        await page.Locator("#plan-log").FillAsync(Iomem + "2100000000-30ffffffff : System RAM\n");
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(IomemPlan + ", ram 0x2100000000-0x3100000000@node0");
        await Expect(page).ToHaveURLAsync(new Regex("plan=.*0x3100000000"));
        await page.ReloadAsync();
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(IomemPlan + ", ram 0x2100000000-0x3100000000@node0");
    }

    [Fact]
    public async Task Log_PastedOrDroppedOnThePlan_IsReadAsALog()
    {
        IPage page = await OpenAsync(At(Small));
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");

        // Longer than a plan, and than one message of the circuit.
        string log = string.Concat(Enumerable.Repeat("[    2.0] some other line of the kernel\n", 5_000)) + Iomem;
        await page.Locator("#plan-text").EvaluateAsync("""
            (area, text) => {
                area.select();
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", text);
                area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }
            """, log);
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(IomemPlan);
        await page.GoBackAsync();
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(Small);

        await page.Locator("#plan-text").EvaluateAsync("""
            (area, text) => {
                const dataTransfer = new DataTransfer();
                dataTransfer.items.add(new File([text], "iomem.txt", { type: "text/plain" }));
                area.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
            }
            """, Iomem);
        await Expect(page.Locator(".source [role=status]")).ToContainTextAsync("The plan is that of iomem.txt");
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(IomemPlan);
    }

    [Fact]
    public async Task File_WithNothingToPlanWith_IsNamedAndThePlanStays()
    {
        IPage page = await OpenAsync(At(Small));
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");

        await page.Locator("#plan-file").SetInputFilesAsync(new FilePayload { Name = "dmesg.gz", MimeType = "application/gzip", Buffer = [0x1F, 0x8B, 8, 0, 0] });
        await Expect(page.Locator(".source").GetByRole(AriaRole.Alert)).ToContainTextAsync("dmesg.gz: The file is compressed with gzip. Uncompress it first (gzip -d).");
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(Small);

        await page.Locator("#plan-file").SetInputFilesAsync(Repository.Data("captures", "01-emr-fox-creek-pass.txt"));
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(new Regex("^ram 0x"));
        await Expect(page.Locator(".source").GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Expect(page.Locator(".cards")).ToContainTextAsync("1050644 KB allocated for PAMT");
    }

    [Fact]
    public async Task Plans_SideBySide_MarkWhatDiffers()
    {
        IPage page = await OpenAsync(At(Small));
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare with a copy" }).ClickAsync();
        await Expect(page.Locator("section[aria-labelledby=plan-compare]")).ToBeVisibleAsync();

        await page.Locator("#plan-text").FillAsync(Small.Replace("64", "128", StringComparison.Ordinal));

        await Expect(page.Locator("td.differs").First).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"a=1\+socket.*b=1\+socket\+x\+128.*edit=b"));
        await page.ReloadAsync();
        await Expect(page.Locator("td.differs").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Plan_Saved_IsThereAfterAReloadAndCanBeDeletedAndBroughtBack()
    {
        IPage page = await OpenAsync(At(Small));
        await page.Locator("summary", new PageLocatorOptions { HasText = "Saved" }).ClickAsync();
        await page.Locator("#plan-name").FillAsync("Rack 7");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rack 7", Exact = true })).ToBeVisibleAsync();

        await page.GotoAsync("/planner");
        await Chromium.InteractiveAsync(page);
        await page.Locator("summary", new PageLocatorOptions { HasText = "Saved" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rack 7", Exact = true }).ClickAsync();
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(Small);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete Rack 7" }).ClickAsync();
        await Expect(page.Locator("ul[aria-label='Saved plans']")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();

        // A click beside the menu closed it.
        await page.Locator("summary", new PageLocatorOptions { HasText = "Saved" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Rack 7", Exact = true })).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("CSV", "tdxdash-plan.csv")]
    [InlineData("JSON", "tdxdash-plan.json")]
    public async Task Export_GivesAFile(string kind, string name)
    {
        IPage page = await OpenAsync(At(Small));
        await Expect(page.Locator("#verdict")).ToBeVisibleAsync();
        await page.Locator("summary", new PageLocatorOptions { HasText = "Export" }).First.ClickAsync();

        IDownload file = await page.RunAndWaitForDownloadAsync(() => page.Locator(".tools").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = kind, Exact = true }).ClickAsync());

        Assert.Equal(name, file.SuggestedFilename);
        string text = await File.ReadAllTextAsync((await file.PathAsync())!, TestContext.Current.CancellationToken);
        Assert.Contains("keyids 8", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_PlannedFromItsPage_HasItsOwnProvenance()
    {
        IPage page = await OpenAsync($"/hosts/{PastSite.OldId(1)}");

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Plan from this host" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex($"/planner\\?host={PastSite.OldId(1)}"));
        await Expect(page.Locator(".sentence .mark")).ToContainTextAsync("emulated");
        await Expect(page.Locator("#plan-text")).ToHaveValueAsync(new Regex("^ram 0x"));
    }

    [Theory]
    [InlineData("plan=~AAAA", "'plan' in the address holds a plan that is cut off")]
    [InlineData("cut off", "'plan' in the address holds a plan that is cut off or was changed")]
    [InlineData("a megabyte", "'plan' in the address holds a plan that is cut off or was changed")]
    [InlineData("a=1+socket+x+64+GiB&b=~%21%21", "'b' in the address holds a plan that is cut off")]
    [InlineData("host=nobody", "nobody has reported")]
    [InlineData("plan=1+socket+x+64+GiB&edit=z", "'z'")]
    public async Task Address_Malformed_IsNamedAndThePageStands(string query, string named)
    {
        // A real link without its end, and one that promises more than a plan can be.
        string whole = query switch { "cut off" => "plan=" + Packed(Small + new string(' ', 3_000))[..^4], "a megabyte" => "plan=" + Packed(new string('x', 1 << 20)), _ => query };
        IPage page = await OpenAsync("/planner?" + whole);

        await Expect(page.Locator(".problems").First).ToContainTextAsync(named);
        await page.Locator("#plan-text").FillAsync(Small);
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
    }

    [Fact]
    public async Task Fleet_WithAPriceAndAnotherModule_AddsUpAndExports()
    {
        IPage page = await OpenAsync("/planner/fleet");
        await Expect(page.Locator("#fleet-plan")).ToContainTextAsync("hosts:");

        await page.GetByLabel("Price per GiB").FillAsync("4.5");
        await page.GetByLabel("Price per GiB").BlurAsync();
        await Expect(page.Locator(".figures")).ToContainTextAsync("which cost");
        await page.GetByLabel("What if all get").SelectOptionAsync("tdx-2.0.08-gnr");

        await Expect(page).ToHaveURLAsync(new Regex("price=4.5&module=tdx-2.0.08-gnr"));
        await Expect(page.Locator("section[aria-labelledby=fleet-plan] > p")).ToContainTextAsync("hypothetical");
        IAPIResponse answer = await page.APIRequest.GetAsync(site.At("/planner/fleet.json?price=4.5&module=tdx-2.0.08-gnr").ToString());
        using var json = JsonDocument.Parse(await answer.TextAsync());
        Assert.True(json.RootElement.GetProperty("hosts").GetArrayLength() > PastSite.OldHosts - 1, "hosts are missing");
        Assert.True(json.RootElement.GetProperty("hosts")[0].TryGetProperty("pamt_cost", out _), "there is no cost");
    }

    [Fact]
    public async Task Fleet_WithTheNextPurchase_SaysWhatIsWrongAddsItUpAndKeepsItInTheAddress()
    {
        IPage page = await OpenAsync("/planner/fleet");
        await Expect(page.Locator("#fleet-plan")).ToContainTextAsync("hosts:");

        await page.GetByLabel("Hosts to buy").FillAsync("20");
        await page.GetByLabel("Hosts to buy").BlurAsync();
        await Expect(page.Locator(".problems")).ToContainTextAsync("no plan says what they are");
        await page.GetByLabel("Each of them").FillAsync("2 sockets x 1TB");
        await page.GetByLabel("Each of them").BlurAsync();
        await Expect(page.Locator(".problems")).ToContainTextAsync("The plan of the hosts to buy, column 13: ");
        await page.GetByLabel("Each of them").FillAsync("2 sockets x 1 TiB, hole 2G-4G, keyids 64");
        await page.GetByLabel("Each of them").BlurAsync();
        await page.GetByLabel("Add to each, GiB").FillAsync("256");
        await page.GetByLabel("Add to each, GiB").BlurAsync();

        await Expect(page.Locator("#fleet-plan")).ToContainTextAsync("20 of them to buy");
        await Expect(page.Locator(".problems")).ToHaveCountAsync(0);
        ILocator bought = page.Locator("section[aria-labelledby=fleet-plan-groups] tbody tr").Filter(new LocatorFilterOptions { HasText = "to buy" });
        await Expect(bought).ToContainTextAsync("40 TiB");
        await Expect(bought).ToContainTextAsync("1,260");
        await page.GetByLabel("Add up by").SelectOptionAsync("CPU family");
        await Expect(page).ToHaveURLAsync(new Regex("add=256&buy=20&like=2\\+sockets.*&by=family"));
        await page.ReloadAsync();
        await Expect(page.Locator("section[aria-labelledby=fleet-plan-groups] thead")).ToContainTextAsync("CPU family");
        await Expect(bought).ToContainTextAsync("40 TiB");
    }

    private static string Packed(string plan)
    {
        byte[] text = Encoding.UTF8.GetBytes(plan), packed = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        Assert.True(BrotliEncoder.TryCompress(text, packed, out int length));
        return "~" + Base64Url.EncodeToString(packed.AsSpan(0, length));
    }

    [Fact]
    public async Task Fleet_AtATime_AddsUpTheFleetOfThenAndExportsIt()
    {
        string at = $"{DateTime.UtcNow.AddDays(-30):yyyy-MM-dd}T00:00:00Z";
        IPage page = await OpenAsync($"/planner/fleet?at={at}&dpamt=on");
        await Expect(page.Locator("#fleet-plan")).ToContainTextAsync($"{PastSite.OldHosts} hosts:");

        IAPIResponse answer = await page.APIRequest.GetAsync(site.At((await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "JSON", Exact = true }).GetAttributeAsync("href"))!).ToString());
        using var json = JsonDocument.Parse(await answer.TextAsync());
        Assert.Equal(PastSite.OldHosts, json.RootElement.GetProperty("hosts").GetArrayLength());
        Assert.Equal(400, (await page.APIRequest.GetAsync(site.At("/planner/fleet.csv?price=much").ToString())).Status);
    }

    private static string At(string plan) => "/planner?plan=" + Uri.EscapeDataString(plan);

    private async Task<IPage> OpenAsync(string path)
    {
        IPage page = await chromium.OpenAsync(site.At(path));
        if (path.StartsWith("/planner?", StringComparison.Ordinal) || path == "/planner")
        {
            await page.Locator(".editor[data-attached]").WaitForAsync();
        }

        return page;
    }
}
