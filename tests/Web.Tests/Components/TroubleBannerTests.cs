using Bunit;
using TdxDash.Web.Components.Layout;

namespace TdxDash.Web.Tests.Components;

public sealed class TroubleBannerTests : PageTestContext
{
    [Fact]
    public void Banner_ComesAndGoesWithTheTrouble()
    {
        IRenderedComponent<TroubleBanner> banner = Render<TroubleBanner>();
        Assert.Empty(banner.Nodes);

        Condition.Set("The disk of the dashboard's data folder is full; free some space.");
        banner.WaitForAssertion(() => Assert.Contains("free some space", banner.Find("[role=alert]").TextContent, StringComparison.Ordinal));

        Condition.Set(null);
        Time.Advance(TimeSpan.FromSeconds(1));
        banner.WaitForAssertion(() => Assert.Empty(banner.Nodes));
    }
}
