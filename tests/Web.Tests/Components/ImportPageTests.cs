using AngleSharp.Dom;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Ingest;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Components;

public sealed class ImportPageTests : PageTestContext
{
    [Fact]
    public void Render_AtFirst_SaysWhatIsTakenAndHowMuch()
    {
        string text = Render<ImportPage>().Markup;
        Assert.Contains("up to 64 MiB", text, StringComparison.Ordinal);
        Assert.Contains("tdxprobe import FILE --dashboard", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Choose_ALog_ShowsWhatWasUnderstoodAndStoresNothing()
    {
        IRenderedComponent<ImportPage> page = Choose("dmesg.txt", "[  1.0] virt/tdx: BIOS enabled: private KeyID range [32, 64)\n[  2.0] virt/tdx: module not loaded\n");
        Assert.Contains("2 lines: 2 used, 0 passed over", page.Find("caption").TextContent, StringComparison.Ordinal);
        Assert.Contains("private KeyIDs [32, 64)", page.Find("tbody").TextContent, StringComparison.Ordinal);
        Assert.Contains("module not loaded", page.Find("section[aria-labelledby=understood]").TextContent, StringComparison.Ordinal);
        Assert.Equal("dmesg", page.Find("#import-name").GetAttribute("value"));
        Assert.Empty(Imports.Stored);
    }

    [Fact]
    public void Import_UnderAName_StoresItAndOpensTheHost()
    {
        IRenderedComponent<ImportPage> page = Choose("dmesg.txt", "virt/tdx: module initialized\n");
        page.Find("#import-name").Input("rack9");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.EndsWith($"/hosts/{ImportedHost.IdOf("rack9")}", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal));
        Assert.Equal("rack9", Assert.Single(Imports.Stored).Host.Name.Value);
    }

    [Fact]
    public void Import_RefusedByTheStore_SaysWhyAndKeepsThePreview()
    {
        Imports.Error = "The disk is full; free some space.";
        IRenderedComponent<ImportPage> page = Choose("dmesg.txt", "virt/tdx: module initialized\n");
        page.Find("form").Submit();
        page.WaitForAssertion(() => Assert.Contains("The disk is full", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.NotNull(page.Find("#import-name"));
    }

    [Fact]
    public void Name_ThatCannotBe_IsExplainedAndCannotBeImported()
    {
        IRenderedComponent<ImportPage> page = Choose("dmesg.txt", "virt/tdx: module initialized\n");
        page.Find("#import-name").Input("");
        Assert.Contains("Give the host a name", page.Find("#import-what").TextContent, StringComparison.Ordinal);
        Assert.True(page.Find("button[type=submit]").HasAttribute("disabled"));
    }

    [Fact]
    public void Name_OfALiveHost_StaysApartFromIt()
    {
        Fleet.Report(Samples.Entry(name: "rack1-a07"));
        IRenderedComponent<ImportPage> page = Choose("dmesg.txt", "virt/tdx: module initialized\n");
        page.Find("#import-name").Input("rack1-a07");
        Assert.Contains("stays apart", page.Find("#import-what").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notes.txt", "Once upon a time", "Give a kernel log")]
    [InlineData("log.gz", "\u001F\u008B", "Nothing")]
    public void Choose_WhatIsNoLog_SaysWhatToDo(string name, string text, string remedy)
    {
        IElement alert = Choose(name, text, settled: "[role=alert]").Find("[role=alert]");
        Assert.Contains(name, alert.TextContent, StringComparison.Ordinal);
        Assert.Contains(remedy, alert.TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<ImportPage> Choose(string name, string text, string settled = "caption")
    {
        IRenderedComponent<ImportPage> page = Render<ImportPage>();
        page.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText(text, name));
        page.WaitForElement(settled);
        return page;
    }
}

/// <summary>An intake that keeps what it gets, or refuses it.</summary>
internal sealed class FakeImports : IImportIntake
{
    public List<Snapshot> Stored { get; } = [];

    public string Error { get; set; } = "";

    public Task<ImportOutcome> StoreAsync(Snapshot snapshot, string name, CancellationToken cancellation)
    {
        if (Error.Length > 0)
        {
            return Task.FromResult(new ImportOutcome("", Error));
        }

        Stored.Add(snapshot);
        return Task.FromResult(new ImportOutcome(ImportedHost.IdOf(name), ""));
    }
}
