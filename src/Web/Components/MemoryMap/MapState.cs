using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>How addresses become pixels.</summary>
public enum MapScale
{
    /// <summary>To scale, except that large gaps shrink to marked breaks.</summary>
    Compressed,

    /// <summary>To scale throughout.</summary>
    Linear,

    /// <summary>Every stretch between two borders equally wide.</summary>
    Equal,
}

/// <summary>The kinds that are not shown.</summary>
/// <param name="Bits">One bit for each kind.</param>
public readonly record struct HiddenKinds(int Bits)
{
    /// <summary>The kinds, in their order.</summary>
    public IEnumerable<RegionKind> Kinds
    {
        get
        {
            int bits = Bits;
            return Enum.GetValues<RegionKind>().Where(kind => (bits & (1 << (int)kind)) != 0);
        }
    }

    /// <summary>Whether a kind is among them.</summary>
    public bool Contains(RegionKind kind) => (Bits & (1 << (int)kind)) != 0;

    /// <summary>These and one more.</summary>
    public HiddenKinds With(RegionKind kind) => new(Bits | (1 << (int)kind));
}

/// <summary>What a memory map shows; its URL carries all of it. js/memory-map/map-state.js reads and writes the same.</summary>
public sealed record MapState : IUrlState<MapState>
{
    /// <summary>The least that a view shows, in bytes.</summary>
    public const ulong MinView = 4_096;

    /// <summary>The last page of the table that a URL can name.</summary>
    public const int MaxPage = 10_000;

    private const char Separator = '.';
    private const int MaxHideLength = 100;

    private static readonly Dictionary<string, MapScale> Scales = new()
    {
        ["compressed"] = MapScale.Compressed,
        ["linear"] = MapScale.Linear,
        ["equal"] = MapScale.Equal,
    };

    private static readonly Dictionary<string, bool> Switch = new() { ["1"] = true };

    /// <summary>What is seen; null for everything.</summary>
    public AddressRange? View { get; init; }

    /// <summary>The scale.</summary>
    public MapScale Scale { get; init; }

    /// <summary>The unit of sizes.</summary>
    public MapUnit Units { get; init; }

    /// <summary>The kinds that are not shown.</summary>
    public HiddenKinds Hidden { get; init; }

    /// <summary>The selected region; null for none.</summary>
    public RegionKey? Selected { get; init; }

    /// <summary>The page of the table, from 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>Whether the second map, where there is one, is drawn below the first.</summary>
    public bool IsBelow { get; init; }

    /// <summary>What to go to once, as if somebody had typed it; null for nothing. The browser takes it out of the address when it is there.</summary>
    public AddressTarget? Go { get; init; }

    /// <inheritdoc/>
    public static UrlParse<MapState> Parse(UrlQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var reader = new UrlReader(query);
        return reader.Done(new MapState
        {
            View = ReadView(reader),
            Scale = reader.Word("scale", Scales, MapScale.Compressed),
            Units = reader.Word("units", SizeText.Words, MapUnit.Auto),
            Hidden = ReadHidden(reader),
            Selected = ReadSelected(reader),
            IsBelow = reader.Word("below", Switch, false),
            Page = (int)reader.Number("page", 1, MaxPage, 1),
            Go = ReadGo(reader),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("from", View?.Start.ToString())
        .With("to", View?.End.ToString())
        .With("scale", Scale == MapScale.Compressed ? null : Scales.Single(word => word.Value == Scale).Key)
        .With("units", Units == MapUnit.Auto ? null : SizeText.Words.Single(word => word.Value == Units).Key)
        .With("hide", Hidden.Bits == 0 ? null : string.Join(Separator, Hidden.Kinds.Select(RegionKey.WordOf)))
        .With("sel", Selected?.ToString())
        .With("below", IsBelow ? "1" : null)
        .With("page", Page == 1 ? null : Page.ToString(CultureInfo.InvariantCulture))
        .With("go", Go?.ToString());

    private static AddressRange? ReadView(UrlReader reader)
    {
        string? from = reader.Raw("from"), to = reader.Raw("to");
        if (from is null && to is null)
        {
            return null;
        }

        if (from is null || to is null)
        {
            reader.Add($"The address names '{(from is null ? "to" : "from")}' without '{(from is null ? "from" : "to")}': a view needs both ends.");
            return null;
        }

        if (!TryEnd(reader, "from", from, out ulong start) | !TryEnd(reader, "to", to, out ulong end))
        {
            return null;
        }

        if (end >= MinView && end - MinView >= start)
        {
            return new AddressRange(start, end);
        }

        reader.Add($"'from' {Hex.Plain(start)} and 'to' {Hex.Plain(end)} in the address are no view: 'to' has to lie at least 4 KiB above 'from'.");
        return null;
    }

    private static bool TryEnd(UrlReader reader, string name, string text, out ulong end)
    {
        end = PhysAddr.MaxValue;
        if (text == Hex.Plain(PhysAddr.MaxValue))
        {
            return true;
        }

        if (AddressText.TryParse(text, out AddressTarget target, out string problem) && target.End is null)
        {
            end = target.Start.Value;
            return true;
        }

        reader.Add($"'{name}' in the address: {(problem.Length > 0 ? problem : $"'{UrlReader.Shown(text)}' is a range: use one address.")}");
        return false;
    }

    private static AddressTarget? ReadGo(UrlReader reader)
    {
        if (reader.Raw("go") is not { } text)
        {
            return null;
        }

        if (AddressText.TryParse(text, out AddressTarget target, out string problem))
        {
            return target;
        }

        reader.Add($"'go' in the address: {problem}");
        return null;
    }

    private static HiddenKinds ReadHidden(UrlReader reader)
    {
        var hidden = default(HiddenKinds);
        foreach (string word in reader.Text("hide", MaxHideLength).Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (RegionKey.KindOf(word) is RegionKind kind)
            {
                hidden = hidden.With(kind);
            }
            else
            {
                reader.Add($"'hide' in the address holds '{UrlReader.Shown(word)}', which is no kind of region: use {string.Join(", ", RegionKey.KindWords)}, joined by '{Separator}'.");
            }
        }

        return hidden;
    }

    private static RegionKey? ReadSelected(UrlReader reader)
    {
        if (reader.Raw("sel") is not { } text)
        {
            return null;
        }

        RegionKey? key = RegionKey.Parse(text);
        if (key is null)
        {
            reader.Add($"'sel' in the address is '{UrlReader.Shown(text)}', which names no region: use KIND.0xSTART-0xEND, for example tdmr.0x40000000-0x80000000.");
        }

        return key;
    }
}
