using Bunit;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Live.Catalogue;

namespace TdxDash.Web.Tests.Components;

public sealed class CataloguePageTests : PageTestContext
{
    [Fact]
    public void Page_Shipped_ListsEachFamilyNewestFirstWithItsSource()
    {
        IRenderedComponent<CataloguePage> page = Render<CataloguePage>();

        Assert.Equal(["EMR", "GNR", "SPR", "SRF"], page.FindAll("section[aria-labelledby^=family-] h2").Select(heading => heading.TextContent.Trim().Split(' ')[0]));
        Assert.Equal(ModuleCatalogue.Shipped.AsOf, page.Find("[data-as-of]").TextContent);
        Assert.Equal("1.5.24", page.Find("section[aria-labelledby=family-EMR] tbody tr").GetAttribute("data-version"));
        Assert.Contains("mapping_file.json", page.Find("section[aria-labelledby=family-GNR] tr[data-version='2.0.08']").TextContent, StringComparison.Ordinal);
        Assert.Equal("1.5.20", page.Find("section[aria-labelledby=unplaced] tbody tr").GetAttribute("data-version"));
        Assert.Contains("The list that TdxDash came with", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_FileThatCannotBeTaken_SaysSoWhileItIsOpen()
    {
        IRenderedComponent<CataloguePage> page = Render<CataloguePage>();
        Assert.Empty(page.FindAll("[data-trouble]"));

        Catalogue.Replace(ModuleCatalogue.Shipped, new CatalogueState("/etc/list.json", null, "The module catalogue /etc/list.json cannot be taken: it is no JSON."));

        page.WaitForAssertion(() => Assert.Contains("cannot be taken", page.Find("[data-trouble]").TextContent, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "1.5.02", "1.5.16", "Reachable", "by a runtime update")]
    [InlineData(0, "1.5.02", "1.5.16", "NeedsReboot", "after a reboot only")]
    [InlineData(2, "1.5.02", "1.5.24", "NotKnown", "not known")]
    public void ModuleCard_NewerReleases_SayWhatARuntimeUpdateReaches(int left, string loader, string version, string reach, string words)
    {
        KernelTdxFacts kernel = Samples.Snapshot().Kernel with { RemainingUpdates = Reading.Known(left, Provenance.Kernel, "test"), SeamldrVersion = Reading.Known(loader, Provenance.Kernel, "test") };

        IRenderedComponent<NewerReleases> part = Render<NewerReleases>(parameters => parameters
            .Add(one => one.Version, Reading.Known(new ModuleVersion(1, 5, 8), Provenance.Kernel, "test")).Add(one => one.Family, "EMR").Add(one => one.Kernel, kernel));

        AngleSharp.Dom.IElement item = part.Find($"li[data-version='{version}']");
        Assert.Equal((reach, true), (item.GetAttribute("data-reach"), item.TextContent.Contains(words, StringComparison.Ordinal)));
        Assert.Equal(["1.5.24", "1.5.16", "1.5.13", "1.5.09"], part.FindAll("li").Select(one => one.GetAttribute("data-version")));
        Assert.DoesNotContain("1.5.25", part.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CWF", "no release for CWF is known")]
    [InlineData("SPR", "none for SPR")]
    public void ModuleCard_WithoutNewerReleases_SaysWhy(string family, string says)
    {
        IRenderedComponent<NewerReleases> part = Render<NewerReleases>(parameters => parameters
            .Add(one => one.Version, Reading.Known(new ModuleVersion(1, 5, 24), Provenance.Kernel, "test")).Add(one => one.Family, family).Add(one => one.Kernel, Samples.Snapshot().Kernel));

        Assert.Contains(says, part.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void NewerText_OfAHost_TellsRuntimeUpdatesApart()
    {
        var running = new ModuleVersion(2, 0, 2);

        string text = FleetColumns.NewerText(ModuleCatalogue.Shipped.NewerThan("GNR", running)!, running, ModuleCatalogue.Shipped.Source);

        Assert.Equal("Newer for this CPU family: 2.0.04, 2.0.05, 2.0.08, 2.0.14. After a reboot only: 2.0.04, 2.0.05, 2.0.08. Whether by a runtime update, not known: 2.0.14. "
            + $"Computed from the module catalogue as of {ModuleCatalogue.Shipped.AsOf}; there may be more.", text);
    }
}
