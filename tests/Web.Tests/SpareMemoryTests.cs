using Microsoft.Extensions.Time.Testing;

namespace TdxDash.Web.Tests;

/// <summary>When memory of pages and of probes' connections is given back.</summary>
public sealed class SpareMemoryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SpareMemory _memory;
    private readonly AgedHeap _aged;
    private int _native, _agedCollections;
    private long _used;

    public SpareMemoryTests()
    {
        _aged = new AgedHeap(_time, () => _used, () => _agedCollections++);
        _memory = new SpareMemory(_time, () => _native++, _aged);
    }

    public void Dispose()
    {
        _memory.Dispose();
        _aged.Dispose();
    }

    [Fact]
    public void PageClosed_ByFewPages_CollectsNothing()
    {
        Close(SpareMemory.WorthPages - 1);
        _time.Advance(SpareMemory.After * 2);
        Assert.Equal(0, _memory.Collections);
    }

    [Fact]
    public void PageClosed_ByMany_CollectsOnce()
    {
        Close(SpareMemory.WorthPages);
        _time.Advance(SpareMemory.After - TimeSpan.FromSeconds(1));
        Close(1);
        Assert.Equal(0, _memory.Collections);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _memory.Collections);
        _time.Advance(SpareMemory.After * 9);
        Assert.Equal((1, 1), (_memory.Collections, _native));
    }

    [Fact]
    public void Collected_AndGrownAgain_IsLookedThrough()
    {
        _used = AgedHeap.Worth;
        _time.Advance(AgedHeap.Period);
        Assert.Equal(0, _agedCollections);
        Close(SpareMemory.WorthPages);
        _time.Advance(SpareMemory.After + AgedHeap.Period);
        Assert.Equal(0, _agedCollections);
        _used += AgedHeap.Worth;
        _time.Advance(AgedHeap.Period);
        Assert.Equal((1, 1), (_memory.Collections, _agedCollections));
    }

    [Fact]
    public void PageClosed_ByManyOverADay_CollectsNothing()
    {
        for (int i = 0; i < SpareMemory.WorthPages * 2; i++)
        {
            Close(1);
            _time.Advance(SpareMemory.Apart);
        }

        Assert.Equal(0, _memory.Collections);
    }

    [Fact]
    public void ProbeConnected_ByAFleet_CollectsOnceWhenAllHaveCome()
    {
        Connect(SpareMemory.WorthProbes);
        for (int i = 0; i < 4; i++)
        {
            Connect(SpareMemory.WorthProbes);
            _time.Advance(SpareMemory.After);
            Assert.Equal(0, _memory.Collections);
        }

        Connect(SpareMemory.WorthProbes - 1);
        _time.Advance(SpareMemory.After);
        Assert.Equal(1, _memory.Collections);
        _time.Advance(SpareMemory.After * 9);
        Assert.Equal(1, _memory.Collections);
    }

    [Fact]
    public void PageClosed_WithFewProbesBeside_CollectsNothing()
    {
        Connect(SpareMemory.WorthProbes - 1);
        Close(SpareMemory.WorthPages - 1);
        _time.Advance(SpareMemory.After * 2);
        Assert.Equal(0, _memory.Collections);
    }

    private void Close(int pages)
    {
        for (int i = 0; i < pages; i++)
        {
            _memory.PageClosed();
        }
    }

    private void Connect(int probes)
    {
        for (int i = 0; i < probes; i++)
        {
            _memory.ProbeConnected();
        }
    }
}
