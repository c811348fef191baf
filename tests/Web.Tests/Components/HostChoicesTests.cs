using TdxDash.Web.Components.Compare;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Tests.Components;

/// <summary>Names of hosts as choices of an input.</summary>
public sealed class HostChoicesTests
{
    [Fact]
    public void Of_HostileName_StaysText() =>
        Assert.Equal($"<option value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">{Samples.HostId}</option>", HostChoices.Of(Fleet("\"><script>alert(1)</script>")));

    [Fact]
    public void Of_SameNamesLater_IsTheSameText() => Assert.Same(HostChoices.Of(Fleet("rack1-a07")), HostChoices.Of(Fleet("rack1-a07")));

    private static FleetSnapshot Fleet(string name)
    {
        HostEntry entry = Samples.Entry(name: name);
        return new FleetSnapshot(1, Samples.Now, [new FleetHost(entry, new HostFigures(entry.Summary), HostLabels.None)]);
    }
}
