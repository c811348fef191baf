using System.Globalization;
using System.Text.Json;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Layout;

/// <summary>Runs every <c>linux-tdmr*.jsonl</c> of the folder that TDXDASH_VECTORS names (the repository's own by default):
/// cases that came from running Linux's own code.</summary>
public sealed class LinuxTdmrVectors(ITestOutputHelper output)
{
    [Fact]
    public void EveryCase_OfEveryFile_EqualsLinux()
    {
        var tally = new VectorTally("linux-tdmr");
        tally.TryAll("linux-tdmr", "family", json => new LinuxTdmrCase(json).Check());
        tally.Conclude(output);
    }
}

/// <summary>One case: inputs and what Linux made of them.</summary>
internal sealed class LinuxTdmrCase
{
    private readonly JsonElement _expect;

    public LinuxTdmrCase(JsonElement json)
    {
        JsonElement limits = json.GetProperty("limits");
        ushort Limit(string name) => limits.GetProperty(name).GetUInt16();
        Limits = new TdmrLimits(
            Limit("max_tdmrs"), Limit("max_reserved_per_tdmr"), Limit("pamt_4k_entry_size"), Limit("pamt_2m_entry_size"), Limit("pamt_1g_entry_size"));
        Ranges = [.. json.GetProperty("ranges").EnumerateArray().Select(r => new RawRange(Word(r[0]), Word(r[1]), r[2].GetInt32()))];
        _expect = json.GetProperty("expect");
    }

    public TdmrLimits Limits { get; }

    public RawRange[] Ranges { get; }

    /// <summary>What differs, or null.</summary>
    public string? Check()
    {
        using TdmrEngine engine = TdmrEngine.Run(Ranges, new LayoutRules(Limits));
        return CheckEnd(engine) ?? (engine.Error == LayoutError.None ? CheckTdmrs(engine) : null) ?? CheckPublic(engine);
    }

    private static ulong Word(JsonElement element) => ulong.Parse(element.GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string? Differ<T>(string what, T expected, T actual) =>
        EqualityComparer<T>.Default.Equals(expected, actual) ? null : $"{what} is {actual}, Linux says {expected}";

    private string? CheckEnd(TdmrEngine engine)
    {
        string error = _expect.GetProperty("error").GetString() ?? nameof(LayoutError.None);
        int ret = engine.Error switch { LayoutError.ENOMEM => -12, LayoutError.ENOSPC => -28, _ => 0 };
        string log = string.Join('|', _expect.GetProperty("log").EnumerateArray().Select(l => l.GetString()));
        return Differ("error", error, engine.Error.ToString())
            ?? Differ("ret", _expect.GetProperty("ret").GetInt32(), ret)
            ?? Differ("log", log, string.Join('|', engine.Log))
            ?? Differ("warn_on", _expect.GetProperty("warn_on").GetInt32(), 0);
    }

    private string? CheckTdmrs(TdmrEngine engine)
    {
        string? difference = Differ("pamt_kb", _expect.GetProperty("pamt_kb").GetUInt64(), engine.PamtKiB)
            ?? Differ("tdmr_sz", _expect.GetProperty("tdmr_sz").GetInt32(), TdmrInfoWriter.SlotSize(Limits.MaxReservedPerTdmr));
        JsonElement[] expected = [.. _expect.GetProperty("tdmrs").EnumerateArray()];
        difference ??= Differ("number of TDMRs", expected.Length, engine.Tdmrs.Length);
        for (int i = 0; i < expected.Length && difference is null; i++)
        {
            difference = Differ($"TDMR {i}", Text(expected[i]), Text(engine, engine.Tdmrs[i]));
        }

        byte[] bytes = TdmrInfoWriter.Write(engine, Limits.MaxReservedPerTdmr);
        return difference ?? Differ("fnv1a64", _expect.GetProperty("fnv1a64").GetString(), $"0x{Fnv1a64(bytes):x16}");
    }

    private static string Text(JsonElement tdmr)
    {
        string Pair(JsonElement pair) => $"[{Word(pair[0]):x},{Word(pair[1]):x}]";
        string Member(string name) => Pair(tdmr.GetProperty(name));
        string areas = string.Concat(tdmr.GetProperty("rsvd").EnumerateArray().Select(Pair));
        return $"[{Word(tdmr.GetProperty("base")):x},{Word(tdmr.GetProperty("size")):x}] {Member("pamt_4k")}{Member("pamt_2m")}{Member("pamt_1g")} {areas}";
    }

    private static string Text(TdmrEngine engine, RawTdmr tdmr)
    {
        string areas = string.Concat(engine.ReservedOf(tdmr).ToArray().Select(a => $"[{a.Start - tdmr.Base:x},{a.End - a.Start:x}]"));
        ulong pamt2M = tdmr.PamtStart + tdmr.Size4K;
        return $"[{tdmr.Base:x},{tdmr.Size:x}] [{tdmr.PamtStart:x},{tdmr.Size4K:x}][{pamt2M:x},{tdmr.Size2M:x}][{pamt2M + tdmr.Size2M:x},{tdmr.Size1G:x}] {areas}";
    }

    // The public builder takes those maps that a machine can have; it must then say the same.
    private string? CheckPublic(TdmrEngine engine)
    {
        if (Ranges.Any(r => r.Start >= r.End || r.End > PhysAddr.MaxValue || r.Node > MemoryBlock.MaxNode))
        {
            return null;
        }

        var map = MemoryMap.Create([.. Ranges.Select(r => new MemoryBlock(new AddressRange(r.Start, r.End), r.Node))]);
        TdmrLayout layout = TdmrBuilder.Build(map, Limits);
        return Differ("public error", engine.Error, layout.Error)
            ?? Differ("public log", string.Join('|', engine.Log), string.Join('|', layout.Log))
            ?? Differ("public pamt_kb", engine.PamtKiB, layout.PamtKiB)
            ?? (layout.Error != LayoutError.None ? null : Differ(
                "public hash", _expect.GetProperty("fnv1a64").GetString(), $"0x{Fnv1a64(TdmrInfoWriter.Write(layout, Limits)):x16}"));
    }

    private static ulong Fnv1a64(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xcbf2_9ce4_8422_2325;
        foreach (byte value in bytes)
        {
            hash = unchecked((hash ^ value) * 0x100_0000_01b3);
        }

        return hash;
    }
}
