using Microsoft.Extensions.Time.Testing;

namespace TdxDash.Web.Tests;

/// <summary>When what has grown old on the heap is looked through.</summary>
public sealed class AgedHeapTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly AgedHeap _heap;
    private long _used = 100 << 20;
    private int _collections;

    public AgedHeapTests() => _heap = new AgedHeap(_time, () => _used, () => _collections++);

    public void Dispose() => _heap.Dispose();

    [Fact]
    public void Begin_NeverCalled_LooksAtNothing()
    {
        Grow(AgedHeap.Worth * 4);
        Assert.Equal(0, _collections);
    }

    [Fact]
    public void Look_GrownByLittle_LeavesIt()
    {
        _heap.Begin();
        Grow(AgedHeap.Worth - 1);
        Grow(0);
        Assert.Equal(0, _collections);
    }

    [Fact]
    public void Look_GrownByMuchInSeveralPeriods_LooksItThroughOnce()
    {
        _heap.Begin();
        Grow(AgedHeap.Worth / 2);
        Grow(AgedHeap.Worth / 2);
        Assert.Equal(1, _collections);
        Grow(0);
        Grow(0);
        Assert.Equal(1, _collections);
    }

    [Fact]
    public void Look_AfterACollectionThatFreed_CountsGrowthFromThere()
    {
        _heap.Begin();
        Grow(AgedHeap.Worth);
        Grow(-AgedHeap.Worth);
        Grow(AgedHeap.Worth - 1);
        Assert.Equal(1, _collections);
        Grow(1);
        Assert.Equal(2, _collections);
    }

    [Fact]
    public void Begin_Again_TakesWhatIsUsedNowForNeeded()
    {
        _heap.Begin();
        _used += AgedHeap.Worth * 2;
        _heap.Begin();
        Grow(0);
        Assert.Equal(0, _collections);
    }

    private void Grow(long bytes)
    {
        _used += bytes;
        _time.Advance(AgedHeap.Period);
    }
}
