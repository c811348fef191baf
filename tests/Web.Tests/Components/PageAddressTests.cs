using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

/// <summary>A page's address, whose changes the browser tells of some time after the page asked for them.</summary>
public sealed class PageAddressTests
{
    private const string Host = "00000000-0000-4000-8000-000000000001", Other = "00000000-0000-4000-8000-000000000002";

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
    public void Follow_WhereTheBrowserGoesByItself_IsNothingNewAndNotAskedFor()
    {
        FleetState[] shown = [FleetState.Default with { Pane = Host }, FleetState.Default with { Pane = Other }];
        Array.ForEach(shown, state => Assert.Empty(_address.Follow(state, state.At("/"))));

        Assert.All(shown, state =>
        {
            _browser.Tell(state.At("/") + "&at=2026-02-01T12:00:00Z");
            Assert.Null(_address.Take());
        });
        Assert.Empty(_browser.Asked);
    }

    [Fact]
    public void Follow_WithAChangeUnderWayThatTheBrowserDoesNotKnow_ChangesNothingAndLeadsItToBoth()
    {
        FleetState beside = FleetState.Default with { Pane = Host };
        _address.Show(beside, isReplaced: true);
        _browser.Tell(beside.At("/"));
        Assert.Null(_address.Take());

        _address.Show(beside with { Search = "a" }, isReplaced: true);
        _address.Follow(Searched("a"), "/");

        Assert.Equal([$"/?pane={Host}", $"/?q=a&pane={Host}", "/?q=a"], _browser.Asked);
        Assert.All(["/", $"/?q=a&pane={Host}", "/?q=a"], address =>
        {
            _browser.Tell(address);
            Assert.Null(_address.Take());
        });
    }

    [Fact]
    public void Follow_WithMoreChosenThanAnAddressHolds_KeepsThem()
    {
        FleetState one = FleetState.Default with { Selected = [Host] }, all = FleetState.Default with { Selected = Many };
        _address.Show(one, isReplaced: true);
        _browser.Tell(one.At("/"));
        Assert.Null(_address.Take());

        _address.Show(all, isReplaced: true);
        _address.Follow(all with { Pane = Host }, (one with { Pane = Host }).At("/"));

        Assert.Equal($"/?pane={Host}", _browser.Asked[^1]);
        Assert.All([(one with { Pane = Host }).At("/"), "/", $"/?pane={Host}"], address =>
        {
            _browser.Tell(address);
            Assert.Null(_address.Take());
        });
    }

    [Fact]
    public void Follow_AnAddressThatCannotBeReadWhole_SaysSoAndTheNextChangeWritesItAnew()
    {
        FleetState beside = FleetState.Default with { Pane = Host };
        Assert.Single(_address.Follow(beside, $"/?sort=bogus&pane={Host}"));
        _browser.Tell($"/?sort=bogus&pane={Host}");
        Assert.Null(_address.Take());

        _address.Show(beside, isReplaced: true);

        Assert.Equal([$"/?pane={Host}"], _browser.Asked);
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
        _address.Show(FleetState.Default with { Pane = Host, Selected = Many }, isReplaced: true);

        Assert.Equal([$"/?pane={Host}"], _browser.Asked);
    }

    private static ImmutableArray<string> Many => [.. Enumerable.Range(0, FleetState.MaxSelected + 1).Select(number => $"{number:x8}-0000-4000-8000-000000000000")];

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
