using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Native;

public sealed class SparingSweepTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly SparingSweep _sparing;
    private SweptMetadata _answer = Known();
    private int _sweeps;

    public SparingSweepTests() => _sparing = new SparingSweep(
        _ =>
        {
            _sweeps++;
            return _answer;
        },
        _time);

    [Fact]
    public void Run_EverySecondOfAMinute_SweepsOnceInTenSeconds()
    {
        using var module = new FakeTransport("kernel device /dev/tdxdash", Provenance.Read);
        for (int second = 0; second < 60; second++)
        {
            Assert.Same(_answer, _sparing.Run(module));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(6, _sweeps);
    }

    [Fact]
    public void Run_AfterAnUpdate_SweepsAtOnce()
    {
        using var module = new FakeTransport("kernel device /dev/tdxdash", Provenance.Read);
        _sparing.Run(module);

        module.Value++;
        _sparing.Run(module);
        _sparing.Run(module);

        Assert.Equal(2, _sweeps);
    }

    [Fact]
    public void Run_WhatCouldNotBeReadOrIsOfTwoModules_IsReadAgain()
    {
        using var module = new FakeTransport("kernel device /dev/tdxdash", Provenance.Read);
        _answer = new SweptMetadata(Reading.Unreadable<IReadOnlyList<MetadataValue>>("TDH.SYS.RDALL", "It is busy.", "Wait."), AcrossUpdate: false);
        _sparing.Run(module);
        _answer = Known() with { AcrossUpdate = true };
        _sparing.Run(module);
        _answer = Known();

        Assert.Same(_answer, _sparing.Run(module));
        Assert.Equal(3, _sweeps);
    }

    [Fact]
    public void Run_OfAnEmulatedModule_SweepsEachTime()
    {
        using var module = new FakeTransport("emulated module", Provenance.Emulated);
        _sparing.Run(module);
        _sparing.Run(module);

        Assert.Equal(2, _sweeps);
    }

    private static SweptMetadata Known() => new(Reading.Known<IReadOnlyList<MetadataValue>>([], Provenance.Read, "TDH.SYS.RDALL"), AcrossUpdate: false);
}
