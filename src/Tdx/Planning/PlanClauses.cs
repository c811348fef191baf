using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Reads the clauses of a plan's text, remembers where each stands, and collects what is wrong.</summary>
internal sealed class PlanClauses(string text)
{
    private const int MostSockets = MemoryBlock.MaxNode + 1, MostDimms = 1_024, MostPieces = 4_096, MostTds = 1_000_000, MostVcpus = 4_096, MostBits = 8;
    internal const int LeastAddressBits = 30, MostAddressBits = 52;
    private const string Known = "A clause begins with a number of sockets, or with one of: name, ram, hole, firmware, add, remove, hot-plug, cxl, cmr, module, max-tdmrs, max-reserved, pamt-entries, dynamic-pamt, holes-from, keyids, address-bits, host, tds, use, small-pages.";

    private readonly List<PlanProblem> _problems = [];
    private readonly HashSet<string> _once = [];
    private readonly List<(PlanPart Part, int Start, int Length)> _places = [];
    private readonly List<PlanSockets> _sockets = [];
    private readonly List<MemoryBlock> _ram = [];
    private readonly List<AddressRange> _holes = [];
    private readonly List<PlanFirmware> _firmware = [];
    private readonly List<PlanExtra> _extras = [];
    private readonly List<AddressRange> _cmrs = [];
    private readonly List<PlanTds> _tds = [];
    private PlanSpec _spec = new();

    /// <summary>What is wrong, in the order of the text.</summary>
    public IReadOnlyList<PlanProblem> Problems => _problems;

    /// <summary>Reads all clauses.</summary>
    /// <param name="mostProblems">It ends after so many.</param>
    public PlanSpec Read(int mostProblems)
    {
        int start = 0;
        while (start <= text.Length && _problems.Count < mostProblems)
        {
            int end = text.AsSpan(start).IndexOfAny(",;\n#");
            end = end < 0 ? text.Length : start + end;
            TryClause(start, end);
            bool isRemark = end < text.Length && text[end] == '#';
            int line = isRemark ? text.IndexOf('\n', end) : end;
            start = (line < 0 ? text.Length : line) + 1;
        }

        return _spec with { Sockets = _sockets, Ram = _ram, Holes = _holes, Firmware = _firmware, Extras = _extras, Cmrs = _cmrs, Tds = _tds };
    }

    /// <summary>Where in the text a fault of the whole machine lies.</summary>
    public PlanProblem ProblemOf(PlanException fault)
    {
        (PlanPart Part, int Start, int Length)[] places = [.. _places.Where(place => place.Part == fault.Part && fault.Part != PlanPart.Whole)];
        (int start, int length) = fault.Index < places.Length ? (places[fault.Index].Start, places[fault.Index].Length) : (0, Math.Max(1, text.Length));
        return Problem(start, length, fault.Reason, fault.Remedy);
    }

    private void TryClause(int start, int end)
    {
        var scanner = new PlanScanner(text, start, end);
        if (scanner.IsAtEnd)
        {
            return;
        }

        int from = scanner.Position;
        try
        {
            PlanPart part = Clause(scanner);
            scanner.ExpectEnd("Begin the next clause behind a comma.");
            _places.Add((part, from, text[from..end].TrimEnd().Length));
        }
        catch (PlanSyntaxException e)
        {
            _problems.Add(Problem(Math.Min(e.Position, Math.Max(0, text.Length - 1)), e.Length, e.Message, e.Remedy));
        }
    }

    private PlanProblem Problem(int position, int length, string message, string remedy)
    {
        int before = position == 0 ? -1 : text.LastIndexOf('\n', Math.Min(position, text.Length) - 1);
        int line = 1 + text.AsSpan(0, Math.Min(position, text.Length)).Count('\n');
        return new PlanProblem(position, length, line, position - before, message, remedy);
    }

    private PlanPart Clause(PlanScanner scanner)
    {
        if (scanner.IsAtDigit)
        {
            _sockets.Add(Sockets(scanner));
            return PlanPart.Sockets;
        }

        int from = scanner.Position;
        string word = scanner.Word();
        switch (word)
        {
            case "ram":
                AddressRange range = scanner.Range();
                _ram.Add(new MemoryBlock(range, scanner.Node() ?? 0));
                return PlanPart.Ram;
            case "hole":
                _holes.Add(scanner.Range());
                return PlanPart.Hole;
            case "firmware":
                _firmware.Add(Firmware(scanner));
                return PlanPart.Firmware;
            case "add" or "remove" or "hot-plug" or "hotplug" or "cxl":
                _extras.Add(Extra(word, scanner));
                return PlanPart.Extra;
            case "cmr":
                _cmrs.Add(scanner.Range());
                return PlanPart.Cmr;
            case "tds":
                _tds.Add(Tds(scanner));
                return PlanPart.Whole;
            default:
                return Single(word, from, scanner);
        }
    }

    private PlanPart Single(string word, int from, PlanScanner scanner)
    {
        PlanSpec? spec = word switch
        {
            "name" => _spec with { Name = Name(scanner) },
            "module" => _spec with { Module = Module(scanner) },
            "max-tdmrs" => _spec with { MaxTdmrs = (ushort)scanner.Number("number of TDMRs", 0, ushort.MaxValue) },
            "max-reserved" => _spec with { MaxReserved = (ushort)scanner.Number("number of reserved areas", 0, ushort.MaxValue) },
            "pamt-entries" => _spec with { PamtEntries = Entries(scanner) },
            "dynamic-pamt" => Dynamic(scanner),
            "holes-from" => _spec with { HolesFrom = Source(scanner) },
            "keyids" => _spec with { KeyIds = scanner.Number("number of private KeyIDs", 0, ushort.MaxValue) },
            "address-bits" => _spec with { AddressBits = scanner.Number("number of address bits", LeastAddressBits, MostAddressBits) },
            "host" => _spec with { Host = scanner.Size("64 GiB") },
            "use" => _spec with { Use = scanner.Percent() },
            "small-pages" => _spec with { SmallPages = scanner.Percent() },
            _ => null,
        };
        if (spec is null)
        {
            string shown = word.Length > 0 ? PlanScanner.Shown(word) : PlanScanner.Shown(scanner.Rest());
            throw scanner.At(from, $"'{shown}' is no clause of a plan.", Known);
        }

        if (!_once.Add(word))
        {
            throw scanner.At(from, $"'{word}' is given twice.", "Leave one of them out.");
        }

        _spec = spec;
        return word == "module" ? PlanPart.Module : PlanPart.Whole;
    }

    private static PlanSockets Sockets(PlanScanner scanner)
    {
        int sockets = 1, nodes = 1, dimms = 1;
        bool counted = false;
        const string form = "Write it as 2 sockets x 1 TiB, 2 sockets x 2 nodes x 512 GiB or 2 sockets x 8 dimms x 64 GiB.";
        while (true)
        {
            PlanAmount amount = scanner.Amount();
            int least = 1, most = MostSockets;
            switch (amount.Unit)
            {
                case "socket" or "sockets":
                    sockets = Count(scanner, amount, "number of sockets", least, most);
                    break;
                case "node" or "nodes":
                    nodes = Count(scanner, amount, "number of nodes", least, most);
                    break;
                case "dimm" or "dimms":
                    dimms = Count(scanner, amount, "number of DIMMs", least, MostDimms);
                    break;
                default:
                    ulong bytes = counted ? scanner.Bytes(amount, "size of memory", "64 GiB") : throw scanner.At(amount.Position, "Here a number of sockets is expected.", form);
                    return bytes > 0 ? new PlanSockets(sockets, nodes, dimms, new ByteSize(bytes)) : throw scanner.At(amount.Position, "The size of memory is 0.", form);
            }

            counted = true;
            if (!scanner.TookTimes())
            {
                throw scanner.At(scanner.Position, "Here the memory of a socket is expected.", form);
            }
        }
    }

    private static int Count(PlanScanner scanner, PlanAmount amount, string what, int least, int most) =>
        int.TryParse(amount.Digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int count) && count >= least && count <= most
            ? count
            : throw scanner.At(amount.Position, $"'{PlanScanner.Shown(amount.Digits)}' is no {what}.", $"Write a whole number from {least} to {most}.");

    private static PlanFirmware Firmware(PlanScanner scanner)
    {
        int from = scanner.Position;
        PlanAmount amount = scanner.Amount();
        if (amount.Unit.Length == 0 && scanner.TookTimes())
        {
            int pieces = Count(scanner, amount, "number of pieces", 1, MostPieces);
            ByteSize size = scanner.Size("64 KiB");
            int word = scanner.Position;
            return scanner.Word() == "in"
                ? new PlanFirmware(pieces, size, scanner.Range())
                : throw scanner.At(word, "Here 'in' and a range are expected.", "Write it as firmware 18 x 64 KiB in 0-2G.");
        }

        ulong first = scanner.Bytes(amount, "range", "0x6f000000-0x70000000");
        ulong behind = scanner.TookDash() ? scanner.Bytes("range", "0x6f000000-0x70000000") : 0;
        return behind > first
            ? new PlanFirmware(1, new ByteSize(behind - first), new AddressRange(first, behind))
            : throw scanner.At(from, "Here a range is expected, its end above its start.", "Write it as firmware 0x6f000000-0x70000000, or as firmware 18 x 64 KiB in 0-2G.");
    }

    private static PlanExtra Extra(string word, PlanScanner scanner)
    {
        ByteSize size = scanner.Size();
        int? node = scanner.Node();
        PlanExtraKind kind = word switch { "cxl" => PlanExtraKind.Cxl, "add" => PlanExtraKind.Added, "remove" => PlanExtraKind.Removed, _ => PlanExtraKind.HotPlug };
        if (scanner.IsAtEnd)
        {
            return new PlanExtra(kind, size, node);
        }

        int from = scanner.Position;
        return scanner.Letters() == "at"
            ? new PlanExtra(kind, size, node, new PhysAddr(scanner.Bytes("address", "4T")))
            : throw scanner.At(from, "Here only @node or 'at' and an address can follow.", $"Write it as {word} 512 GiB@node2 at 4T.");
    }

    private static PlanTds Tds(PlanScanner scanner)
    {
        int count = scanner.Number("number of TDs", 1, MostTds);
        if (!scanner.TookTimes())
        {
            throw scanner.At(scanner.Position, "Here the size of a TD is expected.", "Write it as tds 30 x 32 GiB, or tds 30 x 32 GiB x 8 vcpus.");
        }

        ByteSize size = scanner.Size("32 GiB");
        if (!scanner.TookTimes())
        {
            return new PlanTds(count, size);
        }

        int vcpus = scanner.Number("number of virtual CPUs", 1, MostVcpus);
        int from = scanner.Position;
        return scanner.Letters() is "vcpu" or "vcpus" ? new PlanTds(count, size, vcpus) : throw scanner.At(from, "Here 'vcpus' is expected.", "Write it as tds 30 x 32 GiB x 8 vcpus.");
    }

    private static string Name(PlanScanner scanner)
    {
        int from = scanner.Position;
        string name = scanner.Rest();
        return PlanText.IsName(name) ? name : throw scanner.At(from, "This is no name of a plan.", "Write at most 80 plain characters.");
    }

    private static string Module(PlanScanner scanner)
    {
        int from = scanner.Position;
        string name = scanner.Word();
        return PlanModules.Find(name)?.Name ?? throw scanner.At(from, $"There is no module '{PlanScanner.Shown(name)}'.", PlanModules.Remedy);
    }

    private static (ushort Of4K, ushort Of2M, ushort Of1G) Entries(PlanScanner scanner)
    {
        Span<ushort> sizes = stackalloc ushort[3];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (i > 0 && !scanner.Took('/'))
            {
                throw scanner.At(scanner.Position, "Here '/' is expected.", "Write the sizes for 4K, 2M and 1G pages as pamt-entries 16/16/16.");
            }

            sizes[i] = (ushort)scanner.Number("size of a PAMT entry", 0, ushort.MaxValue);
        }

        return (sizes[0], sizes[1], sizes[2]);
    }

    private PlanSpec Dynamic(PlanScanner scanner)
    {
        int from = scanner.Position;
        string word = scanner.IsAtDigit ? "" : scanner.Letters();
        if (word is not ("" or "on" or "off"))
        {
            throw scanner.At(from, $"'{PlanScanner.Shown(word)}' is no state of Dynamic PAMT.", "Write dynamic-pamt, dynamic-pamt off, or dynamic-pamt 2 bits.");
        }

        byte bits = DynamicPamt.UsualBitmapBits;
        if (scanner.IsAtDigit)
        {
            bits = (byte)scanner.Number("number of bits for each page", 1, MostBits);
            int unit = scanner.Position;
            if (scanner.Letters() is not ("bit" or "bits"))
            {
                throw scanner.At(unit, "Here 'bits' is expected.", "Write it as dynamic-pamt 2 bits.");
            }
        }

        return _spec with { DynamicPamt = word != "off", BitmapBits = bits };
    }

    private static HoleSource Source(PlanScanner scanner)
    {
        int from = scanner.Position;
        return scanner.Word() switch
        {
            "cmrs" => HoleSource.Cmrs,
            "memory" => HoleSource.MemoryList,
            _ => throw scanner.At(from, "This is no place that holes come from.", "Write holes-from memory, as upstream Linux does, or holes-from cmrs, as Ubuntu 24.04's Intel kernels do."),
        };
    }
}
