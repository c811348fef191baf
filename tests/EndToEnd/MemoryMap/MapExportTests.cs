using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>What leaves the memory map: files, the clipboard and links.</summary>
[Collection(LookingTests.Name)]
public sealed class MapExportTests(Chromium chromium, Site site)
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Theory]
    [InlineData("")]
    [InlineData("?hide=ram.firmware&units=MiB")]
    public async Task Tables_Exported_HoldTheRowsOfTheTable(string query)
    {
        IPage page = await MapPage.OpenAsync(chromium, site, query, MapPage.Failing);
        string[][] table = await page.Regions().EvaluateAllAsync<string[][]>("rows => rows.map(row => [...row.cells].slice(0, 6).map(cell => cell.textContent.trim().replaceAll('_', '')))");
        Assert.NotEmpty(table);

        using var json = JsonDocument.Parse(await SaveAsync(page, "JSON"));
        Assert.Equal(table, json.RootElement.GetProperty("regions").EnumerateArray().Select(region => new[]
        {
            region.GetProperty("type").GetString()!, region.GetProperty("start").GetString()!, region.GetProperty("end").GetString()!, region.GetProperty("size").GetString()!,
            Number(region.GetProperty("node")), Number(region.GetProperty("tdmr")),
        }));
        Assert.All(json.RootElement.GetProperty("regions").EnumerateArray(), region =>
            Assert.Equal((ulong)region.GetProperty("bytes").GetInt64(), MapPage.Number(region.GetProperty("end").GetString()!) - MapPage.Number(region.GetProperty("start").GetString()!)));

        string[][] csv = [.. Encoding.UTF8.GetString(await SaveAsync(page, "CSV")).TrimEnd().Split("\r\n").Select(Cells)];
        Assert.Equal(["Type", "Start", "End", "Size", "Bytes", "Node", "TDMR", "Why", "From"], csv[0]);
        Assert.Equal(table, csv[1..].Select(row => new[] { row[0], row[1], row[2], row[3], row[5], row[6] }));

        string text = Encoding.UTF8.GetString(await SaveAsync(page, "Text"));
        Assert.DoesNotMatch("0x[0-9a-f]+_", text);
        Assert.All(table, row => Assert.Contains(text.Split('\n'), line =>
            line.StartsWith(row[0], StringComparison.Ordinal) && line.Contains($"[{row[1]}, {row[2]})", StringComparison.Ordinal) && line.Contains($" {row[3]} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Svg_Exported_IsXmlThatDrawsEveryRegionThatIsShown()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?scale=equal&hide=firmware");
        XElement svg = XDocument.Parse(Encoding.UTF8.GetString(await SaveAsync(page, "SVG picture"))).Root!;

        Assert.Equal(Svg + "svg", svg.Name);
        Assert.Equal($"{MapPage.Plain} memory map", svg.Element(Svg + "title")!.Value);
        string[] words = [.. svg.Descendants(Svg + "text").Select(text => text.Value)];
        Assert.Equal(["CMR", "RAM node 0", "RAM node 1", "TDMR", "reserved", "PAMT"], words.Where(word => word is "CMR" or "TDMR" or "reserved" or "PAMT" or "firmware" || word.StartsWith("RAM", StringComparison.Ordinal)));
        // Each stretch is equally wide there, so that no two regions share a mark; the strip above draws memory once more.
        XElement zoom = svg.Elements(Svg + "g").Last();
        Assert.Equal(await page.Regions("hole").CountAsync(), Fills(zoom, "url(#hole)"));
        Assert.Equal(await page.Regions("pamt").CountAsync() + await page.Regions("reserved-pamt").CountAsync(), Fills(zoom, "url(#pamtGuess)"));
        Assert.Equal(["0", "1", "2"], words.Where(word => word is "0" or "1" or "2"));
        Assert.All(["hole", "pamtGuess"], id => Assert.Single(svg.Descendants(Svg + "pattern"), pattern => pattern.Attribute("id")!.Value == id));
    }

    [Fact]
    public async Task Png_Exported_IsAPictureOfTheSizeOfTheSvg()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        XElement svg = XDocument.Parse(Encoding.UTF8.GetString(await SaveAsync(page, "SVG picture"))).Root!;
        byte[] png = await SaveAsync(page, "PNG picture");

        Assert.Equal([0x89, .. "PNG\r\n\u001a\n"u8], png[..8]);
        int width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), height = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20));
        Assert.Equal((2 * (int)svg.Attribute("width")!, 2 * (int)svg.Attribute("height")!), (width, height));
    }

    [Fact]
    public async Task Selection_Copied_HasTheAddressesOfThePagePlain()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?sel=tdmr.0x10080000000-0x20080000000");
        await Assertions.Expect(page.Part("pane")).ToContainTextAsync("0x100_8000_0000");
        await page.Part("pane").EvaluateAsync("pane => getSelection().selectAllChildren(pane)");

        await page.Keyboard.PressAsync("Control+c");

        string copied = await page.ClipboardAsync();
        Assert.Contains("0x10080000000\n", copied, StringComparison.Ordinal);
        Assert.DoesNotMatch("0x[0-9a-f]+_", copied);
    }

    [Fact]
    public async Task Copy_EachEntryOfTheMenu_GivesItsPlainForm()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Regions("tdmr").Last.ClickAsync();
        await Assertions.Expect(page.Part("pane").Locator("h3")).ToHaveTextAsync("TDMR");

        Assert.Equal("0x10080000000-0x20080000000", await CopyAsync(page, "Range (c)", "Copied 0x10080000000-0x20080000000"));
        Assert.Equal("0x10080000000", await CopyAsync(page, "Start", "Copied 0x10080000000"));
        Assert.Equal("0x20080000000", await CopyAsync(page, "End", "Copied 0x20080000000"));
        Assert.Equal("1099511627776", await CopyAsync(page, "Size in bytes", "Copied 1099511627776"));
        using var json = JsonDocument.Parse(await CopyAsync(page, "JSON", "Copied JSON"));
        Assert.Equal("0x10080000000-0x20080000000", json.RootElement.GetProperty("range").GetString());
        Assert.Equal(page.Url, await CopyAsync(page, "Link to this view", "Copied the link"));
    }

    [Fact]
    public async Task Copy_WithNothingSelected_SaysWhatToDo()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("c");

        await Assertions.Expect(page.Part("toast")).ToHaveTextAsync("Nothing is selected: click a region, or focus one with the keyboard.");
    }

    [Fact]
    public async Task Copy_RefusedByTheBrowser_ShowsTheTextInstead()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.EvaluateAsync("() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no')); }");
        await page.Regions("tdmr").First.ClickAsync();
        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("c");

        await Assertions.Expect(page.Part("toast")).ToHaveTextAsync("The browser did not allow copying: 0x0-0x80000000");
    }

    private static async Task<byte[]> SaveAsync(IPage page, string format)
    {
        await page.Locator(".memory-map summary", new PageLocatorOptions { HasText = "Export" }).ClickAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = format, Exact = true }).ClickAsync());
        Assert.StartsWith("demo-", download.SuggestedFilename, StringComparison.Ordinal);
        await Assertions.Expect(page.Part("toast")).ToHaveTextAsync($"Saved {download.SuggestedFilename}");
        await using Stream stream = await download.CreateReadStreamAsync();
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }

    private static async Task<string> CopyAsync(IPage page, string entry, string said)
    {
        await page.Locator(".memory-map summary", new PageLocatorOptions { HasText = "Copy" }).ClickAsync();
        await page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Map tools" }).GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = entry, Exact = true }).ClickAsync();
        await Assertions.Expect(page.Part("toast")).ToHaveTextAsync(said);
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync(said);
        return await page.ClipboardAsync();
    }

    private static int Fills(XElement zoom, string fill) => zoom.Descendants(Svg + "rect").Count(rect => rect.Attribute("fill")?.Value == fill && rect.Ancestors(Svg + "defs").Any() is false);

    private static string Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? "" : value.GetInt32().ToString(CultureInfo.InvariantCulture);

    private static string[] Cells(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && isQuoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append(line[i++]);
            }
            else if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (line[i] == ',' && !isQuoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(line[i]);
            }
        }

        return [.. cells, cell.ToString()];
    }
}
