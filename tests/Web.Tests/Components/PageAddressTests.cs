using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

/// <summary>A page's address, whose changes the browser tells of some time after the page asked for them.</summary>
public sealed class PageAddressTests
{
    private const string Host = "00000000-0000-4000-8000-000000000001";

    private readonly SlowBrowser _browser = new("http://localhost/");
    private readonly PageAddress<FleetState> _address;

    public PageAddressTests()
    {
        _address = new PageAddress<FleetState>(_browser, "/");
        _address.Take();
    }

    [Fact]
    public void Take_TheFirstAddress_IsAskedForOnce()
    {
        var address = new PageAddress<FleetState>(_browser, "/");

        Assert.Equal(FleetState.Default, address.Take()?.State);
        Assert.Null(address.Take());
    }

    [Fact]
    public void Take_WhatThePageAskedFor_IsNothingNewAlsoWhenTheSameWasAskedForTwice()
    {
        FleetState[] shown = [Searched("a"), Searched("ab"), Searched("a"), Searched("ac")];
        Array.ForEach(shown, state => _address.Show(state, isReplaced: true));
        Assert.Equal(["/?q=a", "/?q=ab", "/?q=a", "/?q=ac"], _browser.Asked);

        Assert.All(shown, state =>
        {
            _browser.Tell(state.At("/"));
            Assert.Null(_address.Take());
        });
    }

    [Fact]
    public void Take_ALinkWhileAChangeIsUnderWay_IsWhatIsAskedForAndTheChangeAfterItToo()
    {
        _address.Show(Searched("a"), isReplaced: true);

        _browser.Tell("/?state=failed");
        Assert.Equal(["failed"], _address.Take()?.State.States);
        // The browser got to the change after the link, so it shows the change.
        _browser.Tell("/?q=a");

        Assert.Equal("a", _address.Take()?.State.Search);
    }

    [Fact]
    public void Take_WhatWasShownBefore_IsAskedForOnceItCameBack()
    {
        _address.Show(Searched("a"), isReplaced: false);
        _browser.Tell("/?q=a");
        Assert.Null(_address.Take());

        _browser.Tell("/");
        Assert.Equal(FleetState.Default, _address.Take()?.State);
        _browser.Tell("/?q=a");

        Assert.Equal("a", _address.Take()?.State.Search);
    }

    [Fact]
    public void Follow_WhatTheBrowserGoesToByItself_IsNothingNewAndAskedForOnlyWhereAnotherChangeIsUnderWay()
    {
        FleetState shown = FleetState.Default with { Pane = Host };
        _address.Follow(shown);
        Assert.Empty(_browser.Asked);
        _browser.Tell("/?pane=" + Host);
        Assert.Null(_address.Take());

        _address.Show(shown with { Search = "a" }, isReplaced: true);
        _address.Follow(Searched("a"));

        Assert.Equal([$"/?q=a&pane={Host}", "/?q=a"], _browser.Asked);
    }

    [Fact]
    public void Show_AfterAnAddressThatCannotBeReadWhole_WritesItAnew()
    {
        _browser.Tell("/?sort=bogus");
        Assert.Single(_address.Take()!.Problems);

        _address.Show(FleetState.Default, isReplaced: true);

        Assert.Equal(["/"], _browser.Asked);
    }

    [Fact]
    public void Show_WhatTheAddressAlreadySays_AsksForNothing()
    {
        _address.Show(FleetState.Default, isReplaced: true);
        _address.Show(FleetState.Default with { Pane = Host }, isReplaced: true);
        _address.Show(FleetState.Default with { Pane = Host }, isReplaced: true);
        // More chosen hosts than an address holds are known to the page alone.
        _address.Show(FleetState.Default with { Pane = Host, Selected = [.. Enumerable.Range(0, FleetState.MaxSelected + 1).Select(number => $"{number:x8}-0000-4000-8000-000000000000")] }, isReplaced: true);

        Assert.Equal([$"/?pane={Host}"], _browser.Asked);
    }

    private static FleetState Searched(string text) => FleetState.Default with { Search = text };

    /// <summary>Remembers what it was asked for, and goes there when told.</summary>
    private sealed class SlowBrowser : NavigationManager
    {
        public SlowBrowser(string uri) => Initialize(uri, uri);

        public List<string> Asked { get; } = [];

        public void Tell(string path) => Uri = ToAbsoluteUri(path).ToString();

        protected override void NavigateToCore(string uri, NavigationOptions options) => Asked.Add(uri);
    }
}
