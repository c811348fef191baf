using TdxDash.Web.Components.Palette;

namespace TdxDash.Web.Tests.Components;

public sealed class PaletteSearchTests : PageTestContext
{
    private PaletteSearch Search => new(Fleet, Viewer, Time);

    [Fact]
    public void Find_Nothing_OffersPagesHostsAndActions()
    {
        Fleet.Report(Samples.Entry());

        Assert.Equal(["page", "host", "action"], Search.Find("").Select(item => item.Kind).Distinct());
    }

    [Fact]
    public void Find_PartOfAName_GivesTheHostWithItsStateAndAddress()
    {
        Fleet.Report(Samples.Entry());

        PaletteItem host = Assert.Single(Search.Find("a07"));

        Assert.Equal(("host", "rack1-a07", $"/hosts/{Samples.HostId}"), (host.Kind, host.Label, host.Href));
        Assert.Equal("ready, EMR, module 1.5.08", host.Detail);
    }

    [Theory]
    [InlineData("a07 mem", "/memory")]
    [InlineData("rack1 meta", "/metadata")]
    [InlineData("rack1-a07 pamt", "/pamt")]
    public void Find_NameAndPage_LeadsToThePage(string text, string end)
    {
        Fleet.Report(Samples.Entry());

        Assert.Equal($"/hosts/{Samples.HostId}{end}", Assert.Single(Search.Find(text)).Href);
    }

    [Fact]
    public void Find_ManyHosts_OffersAFewWithTheBestFirst()
    {
        for (int i = 0; i < 100; i++)
        {
            Fleet.Report(Samples.Entry($"id-{i}", $"node-{i:00}"));
        }

        Fleet.Report(Samples.Entry("id-x", "z-node-00"));
        PaletteItem[] hosts = [.. Search.Find("node").Where(item => item.Kind == "host")];

        Assert.Equal(PaletteSearch.MaxHosts, hosts.Length);
        Assert.Equal("node-00", hosts[0].Label);
        Assert.DoesNotContain(hosts, host => host.Label == "z-node-00");
    }

    [Fact]
    public void Find_SilentHost_SaysSo()
    {
        Fleet.Report(Samples.Entry(secondsAgo: 3_600));

        Assert.StartsWith("silent", Assert.Single(Search.Find("a07")).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x1080000000", "Go to 0x10_8000_0000", "?go=0x1080000000")]
    [InlineData("4G + 16M", "Go to 0x1_0100_0000", "?go=0x101000000")]
    [InlineData("[0x1000, 0x2000)", "Go to [0x1000, 0x2000)", "?go=0x1000-0x2000")]
    public void Find_AddressOnAHostsPage_LeadsToItInThatHostsMap(string text, string label, string query)
    {
        Fleet.Report(Samples.Entry());

        PaletteItem item = Assert.Single(Search.Find(text, Samples.HostId));

        Assert.Equal(("address", label, "in the memory map of rack1-a07", $"/hosts/{Samples.HostId}/memory{query}"), (item.Kind, item.Label, item.Detail, item.Href));
    }

    [Theory]
    [InlineData("a07 0x1080000000", "?go=0x1080000000")]
    [InlineData("rack1 a07 4G + 16M", "?go=0x101000000")]
    [InlineData("RACK1 pfn:0x1080000", "?go=0x1080000000")]
    public void Find_AddressBehindAHostsName_LeadsThereFromAnywhere(string text, string query)
    {
        Fleet.Report(Samples.Entry());

        Assert.Equal($"/hosts/{Samples.HostId}/memory{query}", Assert.Single(Search.Find(text)).Href);
    }

    [Theory]
    [InlineData("0x1080000000", null)]
    [InlineData("0x1080000000", "no-such-host")]
    [InlineData("rack9 0x1080000000", Samples.HostId)]
    [InlineData("0x10800000000000000000", Samples.HostId)]
    public void Find_AddressOfNoHost_IsNotOffered(string text, string? hostId)
    {
        Fleet.Report(Samples.Entry());

        Assert.Empty(Search.Find(text, hostId));
    }

    [Fact]
    public void Find_HugeText_IsCutAndFindsNothing()
    {
        Assert.Empty(Search.Find(new string('x', 1_000_000)));
    }

    [Fact]
    public void Find_IdentityPrefix_GivesTheHost()
    {
        Fleet.Report(Samples.Entry());

        Assert.Equal("rack1-a07", Assert.Single(Search.Find(Samples.HostId[..8])).Label);
    }
}
