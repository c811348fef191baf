using Microsoft.Extensions.Time.Testing;

namespace TdxDash.Web.Tests;

/// <summary>When memory of pages is given back.</summary>
public sealed class CircuitMemoryTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Closed_ByFewPages_CollectsNothing()
    {
        using CircuitMemory memory = After(CircuitMemory.Worth - 1);
        _time.Advance(CircuitMemory.After * 2);
        Assert.Equal(0, memory.Collections);
    }

    [Fact]
    public void Closed_ByMany_CollectsOnce()
    {
        using CircuitMemory memory = After(CircuitMemory.Worth);
        _time.Advance(CircuitMemory.After - TimeSpan.FromSeconds(1));
        memory.Closed();
        Assert.Equal(0, memory.Collections);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, memory.Collections);
        _time.Advance(CircuitMemory.After * 9);
        Assert.Equal(1, memory.Collections);
    }

    [Fact]
    public void Closed_ByManyOverADay_CollectsNothing()
    {
        using CircuitMemory memory = After(0);
        for (int i = 0; i < CircuitMemory.Worth * 2; i++)
        {
            memory.Closed();
            _time.Advance(CircuitMemory.Apart);
        }

        Assert.Equal(0, memory.Collections);
    }

    private CircuitMemory After(int pages)
    {
        var memory = new CircuitMemory(_time);
        for (int i = 0; i < pages; i++)
        {
            memory.Closed();
        }

        return memory;
    }
}
