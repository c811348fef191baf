using System.Globalization;
using System.Text;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>Reads and writes the text of a plan, for example <c>2 sockets x 1 TiB, hole 2G-4G, cxl 512G@node2, hot-plug 256G</c>. docs/planner.md has the
/// grammar. What is written and read again is the same plan.</summary>
public static class PlanText
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 64 << 10;

    private const int MostProblems = 20;
    private static readonly (ulong Unit, string Name)[] Units = [(ByteSize.TiB, "TiB"), (ByteSize.GiB, "GiB"), (ByteSize.MiB, "MiB"), (ByteSize.KiB, "KiB"), (1, "B")];

    /// <summary>Reads a text and works out the machine.</summary>
    public static PlanParse Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            return new PlanParse(null, null, [TooLong(text.Length) with { Line = 1 + text.AsSpan(0, MaxLength).Count('\n'), Column = MaxLength - text.LastIndexOf('\n', MaxLength - 1) }]);
        }

        var clauses = new PlanClauses(text);
        PlanSpec spec = clauses.Read(MostProblems);
        if (clauses.Problems.Count > 0)
        {
            return new PlanParse(null, null, clauses.Problems);
        }

        try
        {
            return new PlanParse(spec, PlanMachine.From(spec), []);
        }
        catch (PlanException e)
        {
            return new PlanParse(null, null, [clauses.ProblemOf(e)]);
        }
    }

    /// <summary>What is wrong with a text of more than <see cref="MaxLength"/> characters.</summary>
    /// <param name="length">How many it has.</param>
    /// <returns>At the first character that is too many, in the first line for all that is known of the others.</returns>
    public static PlanProblem TooLong(long length) => new(MaxLength, 1, 1, MaxLength + 1,
        string.Create(CultureInfo.InvariantCulture, $"The plan has {length:#,0} characters; at most {MaxLength:#,0} are accepted."), "Leave ranges out, or write repeated ones as firmware N x SIZE in A-B.");

    /// <summary>Writes the canonical text, in one line.</summary>
    public static string Write(PlanSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return string.Join(", ", Memory(spec).Concat(Module(spec)).Concat(Guests(spec)));
    }

    /// <summary>Writes a size exactly: in the largest binary unit that gives a whole number.</summary>
    public static string Size(ByteSize size)
    {
        (ulong unit, string name) = Units.First(known => size.Bytes % known.Unit == 0);
        return Text($"{size.Bytes / unit} {(size.Bytes == 0 ? "B" : name)}");
    }

    private static IEnumerable<string> Memory(PlanSpec spec) =>
    [
        .. spec.Name is { } name ? [$"name {name}"] : Array.Empty<string>(),
        .. spec.Sockets.Select(Sockets),
        .. spec.Ram.Select(block => Text($"ram {Range(block.Range)}@node{block.Node}")),
        .. spec.Holes.Select(hole => $"hole {Range(hole)}"),
        .. spec.Firmware.Select(Firmware),
        .. spec.Extras.Select(Extra),
        .. spec.Cmrs.Select(cmr => $"cmr {Range(cmr)}"),
    ];

    private static IEnumerable<string> Module(PlanSpec spec)
    {
        if (spec.Module is { } module)
        {
            yield return $"module {module}";
        }

        if (spec.MaxTdmrs is { } tdmrs)
        {
            yield return Text($"max-tdmrs {tdmrs}");
        }

        if (spec.MaxReserved is { } reserved)
        {
            yield return Text($"max-reserved {reserved}");
        }

        if (spec.PamtEntries is (ushort of4K, ushort of2M, ushort of1G))
        {
            yield return Text($"pamt-entries {of4K}/{of2M}/{of1G}");
        }

        if (spec.DynamicPamt || spec.BitmapBits != DynamicPamt.UsualBitmapBits)
        {
            string bits = spec.BitmapBits == DynamicPamt.UsualBitmapBits ? "" : Text($" {spec.BitmapBits} bits");
            yield return $"dynamic-pamt{(spec.DynamicPamt ? "" : " off")}{bits}";
        }

        if (spec.HolesFrom == HoleSource.Cmrs)
        {
            yield return "holes-from cmrs";
        }
    }

    private static IEnumerable<string> Guests(PlanSpec spec)
    {
        if (spec.KeyIds is { } keyIds)
        {
            yield return Text($"keyids {keyIds}");
        }

        if (spec.AddressBits is { } bits)
        {
            yield return Text($"address-bits {bits}");
        }

        if (spec.Host.Bytes > 0)
        {
            yield return $"host {Size(spec.Host)}";
        }

        foreach (PlanTds tds in spec.Tds)
        {
            yield return Text($"tds {tds.Count} x {Size(tds.Size)}{(tds.Vcpus == 1 ? "" : Text($" x {tds.Vcpus} vcpus"))}");
        }

        if (spec.Use is { } use)
        {
            yield return Text($"use {use:0.##}%");
        }

        if (spec.SmallPages != 100)
        {
            yield return Text($"small-pages {spec.SmallPages:0.##}%");
        }
    }

    private static string Sockets(PlanSockets sockets)
    {
        var text = new StringBuilder(Text($"{sockets.Sockets} socket{(sockets.Sockets == 1 ? "" : "s")}"));
        text.Append(sockets.NodesPerSocket == 1 ? "" : Text($" x {sockets.NodesPerSocket} nodes"));
        text.Append(sockets.DimmsPerNode == 1 ? "" : Text($" x {sockets.DimmsPerNode} dimms"));
        return text.Append(" x ").Append(Size(sockets.DimmSize)).ToString();
    }

    private static string Firmware(PlanFirmware firmware) => firmware.Pieces == 1 && firmware.Size == firmware.Within.Size
        ? $"firmware {Range(firmware.Within)}"
        : Text($"firmware {firmware.Pieces} x {Size(firmware.Size)} in {Range(firmware.Within)}");

    private static string Extra(PlanExtra extra)
    {
        string kind = extra.Kind switch { PlanExtraKind.Cxl => "cxl", PlanExtraKind.HotPlug => "hot-plug", PlanExtraKind.Removed => "remove", _ => "add" };
        return Text($"{kind} {Size(extra.Size)}{(extra.Node is { } node ? Text($"@node{node}") : "")}{(extra.At is { } at ? $" at {at}" : "")}");
    }

    private static string Range(AddressRange range) => $"{range.Start}-{range.End}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether a text can be the name of a plan: plain, without separators, at most 80 characters.</summary>
    internal static bool IsName(string name) => name.Length is > 0 and <= 80 && name.Trim() == name && name.IndexOfAny([',', ';', '#']) < 0 && PlainText.Of(name) == name;
}
