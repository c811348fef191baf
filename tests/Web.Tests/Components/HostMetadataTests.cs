using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

/// <summary>The metadata of a host beside what they were, over a real store.</summary>
public sealed class HostMetadataTests : HistoryTestContext
{
    private static readonly DateTimeOffset Start = HistoryStore.Start;

    [Fact]
    public async Task Render_AfterAChange_MarksTheFieldAndSaysWhatItWasUntilWhen()
    {
        Snapshot now = await FillAsync();

        IRenderedComponent<HostMetadata> tab = Open(now);

        Assert.Contains("1 field changed at 2026-03-01 01:00:00 UTC", tab.Markup, StringComparison.Ordinal);
        Assert.Matches(@"^was .+ until 2026-03-01 01:00:00 UTC$", Assert.Single(tab.FindAll(".before")).TextContent);
        tab.FindAll("select")[1].Change("changed");
        tab.WaitForAssertion(() => Assert.Single(tab.FindAll("table.comfortable > tbody > tr")), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Render_AsOfBeforeTheChange_MarksNothing()
    {
        Snapshot now = await FillAsync();
        Snapshot then = SmallSnapshot.Make("6.16.0", "host-1", 1);
        IRenderedComponent<Around> around = Render<Around>(parameters => parameters.Add(p => p.View, HostView.From(now)));
        IRenderedComponent<HostMetadata> tab = around.FindComponent<HostMetadata>();
        tab.WaitForElement("span.changed", TimeSpan.FromSeconds(10));

        around.Render(parameters => parameters.Add(p => p.View, HostView.From(then)).Add(p => p.Time, new AsOf(Start.AddMinutes(30))));

        // What the snapshot differs from is read meanwhile; until then the page compares with what it knew, which is the same here.
        tab.WaitForAssertion(() => Assert.DoesNotContain(tab.FindAll("option"), option => option.GetAttribute("value") == "changed"), TimeSpan.FromSeconds(10));
        Assert.Empty(tab.FindAll(".changed"));
    }

    [Fact]
    public async Task Render_AddressWithAState_ListsThoseFieldsAndNamesWhatIsWrong()
    {
        Snapshot now = await FillAsync();
        Services.GetRequiredService<NavigationManager>().NavigateTo("/hosts/x/metadata?q=tdx_features&class=10&show=none");

        IRenderedComponent<HostMetadata> tab = Open(now);

        Assert.Equal("tdx_features", tab.Find("input[type=search]").GetAttribute("value"));
        Assert.All(tab.FindAll("tr[id]"), row => Assert.Contains("TDX_FEATURES", row.Id, StringComparison.Ordinal));
        Assert.Equal("10", tab.FindAll("select")[0].GetAttribute("value"));
        Assert.Contains("'show' in the address is 'none'", Assert.Single(tab.FindAll("section.problems li")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_Used_StandInTheAddressWithItsTimeAndFollowIt()
    {
        Snapshot now = await FillAsync();
        NavigationManager nav = Services.GetRequiredService<NavigationManager>();
        nav.NavigateTo("/hosts/x/metadata");
        IRenderedComponent<HostMetadata> tab = Open(now, new AsOf(Start.AddHours(3)));

        // In the renderer's own turn: what changed is read meanwhile and draws the table anew.
        await tab.InvokeAsync(() => tab.Find("input[type=search]").InputAsync("tdmr"));
        await tab.InvokeAsync(() => tab.FindAll("select")[0].ChangeAsync("17"));
        await tab.InvokeAsync(() => tab.FindAll("select")[1].ChangeAsync("changed"));
        Assert.EndsWith("/hosts/x/metadata?q=tdmr&class=17&show=changed&at=2026-03-01T03:00:00Z", nav.Uri, StringComparison.Ordinal);

        nav.NavigateTo("/hosts/x/metadata?q=no-such-field");
        tab.WaitForAssertion(() => Assert.Contains("No field fits.", tab.Markup, StringComparison.Ordinal), TimeSpan.FromSeconds(10));
        await tab.InvokeAsync(() => tab.FindAll("button").Single(button => button.TextContent == "Show all fields").ClickAsync());
        Assert.EndsWith("/hosts/x/metadata?at=2026-03-01T03:00:00Z", nav.Uri, StringComparison.Ordinal);
    }

    // The kernel changes once more after the metadata did: what is compared with is the state before the metadata changed.
    private async Task<Snapshot> FillAsync()
    {
        await Store.InsertAsync(1, 1, Start, SmallSnapshot.Make("6.16.0", "host-1", 1));
        await Store.InsertAsync(1, 2, Start.AddHours(1), SmallSnapshot.Make("6.16.0", "host-1", 2));
        Snapshot now = SmallSnapshot.Make("6.17.0", "host-1", 2);
        await Store.InsertAsync(1, 3, Start.AddHours(2), now);
        await Store.CompareAllAsync();
        Store.Time.SetUtcNow(Start.AddHours(3));
        return now;
    }

    private IRenderedComponent<HostMetadata> Open(Snapshot now, AsOf? time = null)
    {
        IRenderedComponent<HostMetadata> tab = Render<HostMetadata>(parameters => parameters
            .Add(p => p.HostId, HistoryStore.HostId(1)).Add(p => p.View, HostView.From(now)).AddCascadingValue(time ?? AsOf.Live));
        tab.WaitForElement("span.changed", TimeSpan.FromSeconds(10));
        return tab;
    }

    // What the page around it hands down.
    private sealed class Around : ComponentBase
    {
        [Parameter]
        public HostView View { get; set; } = null!;

        [Parameter]
        public AsOf Time { get; set; } = AsOf.Live;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<CascadingValue<AsOf>>(0);
            builder.AddComponentParameter(1, nameof(CascadingValue<AsOf>.Value), Time);
            builder.AddComponentParameter(2, nameof(CascadingValue<AsOf>.ChildContent), (RenderFragment)(inner =>
            {
                inner.OpenComponent<HostMetadata>(0);
                inner.AddComponentParameter(1, nameof(HostMetadata.HostId), HistoryStore.HostId(1));
                inner.AddComponentParameter(2, nameof(HostMetadata.View), View);
                inner.CloseComponent();
            }));
            builder.CloseComponent();
        }
    }
}
