using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Tests.Components;

/// <summary>The memory map in a browser that does not run its script.</summary>
public sealed class MemoryMapFailureTests : BunitContext
{
    [Fact]
    public void View_ScriptThatFails_SaysSoAndKeepsTheTable()
    {
        Services.AddSingleton<IJSRuntime>(new ScriptlessBrowser());
        HostMap map = Samples.View(Samples.Snapshot()).Map;
        IRenderedComponent<MemoryMapView> view = Render<MemoryMapView>(p => p.Add(v => v.Map, map));

        Assert.Contains("could not be started (the module is not there)", view.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal(map.Regions.Count, view.FindAll("tbody tr[data-select]").Count);
    }

    private sealed class ScriptlessBrowser : IJSRuntime
    {
        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => throw new JSException("the module is not there\nat line 1");

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<TValue>(identifier, args);
    }
}
