using System.Globalization;

namespace TdxDash.DemoFleet;

/// <summary>What is fixed about one host of the made-up fleet.</summary>
/// <param name="Number">Its number, from 0.</param>
internal sealed record DemoHost(int Number)
{
    /// <summary>The most hosts.</summary>
    public const int Most = 100_000;

    private const int HostsOfRack = 32, RacksOfSite = 32, SilentEvery = 97;

    /// <summary>The name: site, rack, place.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture,
        $"demo-s{(Number / (HostsOfRack * RacksOfSite)) + 1:00}-r{(Number / HostsOfRack % RacksOfSite) + 1:00}-{(Number % HostsOfRack) + 1:00}");

    /// <summary>The identity. The dozen of tdxprobe demo have others.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"de300000-7d00-4001-8000-{Number + 1:d12}");

    /// <summary>Whether it is not heard of while the demo runs.</summary>
    public bool IsSilent => Number % SilentEvery == SilentEvery - 1;

    /// <summary>The identity of one of its boots.</summary>
    /// <param name="boot">The boot, from 0.</param>
    public string BootId(int boot) => string.Create(CultureInfo.InvariantCulture, $"de300000-b007-4001-{0x8000 + boot:x4}-{Number + 1:d12}");

    /// <summary>The dice that decide what it is and what happens to it; the same on every run.</summary>
    public Random Dice() => new((Number * 7_919) + 17);

    /// <summary>The dice that decide when it was away; the same on every run, and apart from the others, so that neither moves the other.</summary>
    public Random AwayDice() => new((Number * 7_919) + 18);
}
