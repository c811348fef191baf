using System.Buffers.Binary;

namespace TdxDash.Tdx.Memory;

/// <summary>Parses the System Resource Affinity Table (ACPI specification, System Resource Affinity Table).</summary>
public static class SratTable
{
    private const string Remedy = "Check that the bytes are an unchanged copy of /sys/firmware/acpi/tables/SRAT.";
    private const int MaxBytes = 16 << 20;
    private const int HeaderBytes = 48;
    private const byte ProcessorAffinity = 0, MemoryAffinity = 1, X2ApicAffinity = 2, GenericInitiatorAffinity = 5;
    private const uint Enabled = 1, HotPluggable = 2;

    /// <summary>Parses the whole table.</summary>
    /// <param name="table">The bytes of the table, header included.</param>
    /// <returns>The enabled memory ranges, ascending and without overlap, with the node ids that Linux gives them: proximity domains
    /// in the order in which the processors, then the memory ranges name them (<c>acpi_numa_init</c>).</returns>
    /// <exception cref="SourceFormatException">The table is cut off, its checksum is wrong, a structure has a wrong size, a range ends
    /// beyond 2^52, or ranges of two nodes overlap.</exception>
    public static IReadOnlyList<NodeRange> Parse(ReadOnlySpan<byte> table)
    {
        CheckHeader(table);
        byte revision = table[8];
        var nodes = new Dictionary<uint, int>();
        var ranges = new List<NodeRange>();
        Walk(table, (kind, body) =>
        {
            if (ProcessorDomain(kind, body, revision) is { } domain)
            {
                NodeOf(nodes, domain);
            }
        });
        Walk(table, (kind, body) =>
        {
            if (kind == MemoryAffinity && ReadMemory(body, revision, nodes) is { } range)
            {
                ranges.Add(range);
            }
        });
        return Disjoint(ranges);
    }

    private delegate void Visit(byte kind, ReadOnlySpan<byte> body);

    private static void CheckHeader(ReadOnlySpan<byte> table)
    {
        if (table.Length is < HeaderBytes or > MaxBytes || !table.StartsWith("SRAT"u8))
        {
            throw Bad($"The SRAT has {table.Length} bytes or no SRAT signature; {HeaderBytes} to {MaxBytes} bytes that begin with SRAT are expected.");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(table[4..]);
        if (length != table.Length)
        {
            throw Bad($"The SRAT says that it has {length} bytes, and there are {table.Length}.");
        }

        byte sum = 0;
        foreach (byte b in table)
        {
            sum += b;
        }

        if (sum != 0)
        {
            throw Bad($"The checksum of the SRAT is 0x{sum:x2}, not 0.");
        }
    }

    private static void Walk(ReadOnlySpan<byte> table, Visit visit)
    {
        for (int at = HeaderBytes, count = 0; at < table.Length; at += table[at + 1], count++)
        {
            if (count >= MemoryMap.MaxBlocks)
            {
                throw Bad($"The SRAT has more than {MemoryMap.MaxBlocks} structures.");
            }

            if (at + 2 > table.Length || table[at + 1] < 2 || at + table[at + 1] > table.Length)
            {
                throw Bad($"The SRAT structure at byte {at} is cut off or has no length.");
            }

            byte kind = table[at];
            int wanted = kind switch { ProcessorAffinity => 16, MemoryAffinity => 40, X2ApicAffinity => 24, GenericInitiatorAffinity => 32, _ => 2 };
            if (table[at + 1] < wanted)
            {
                throw Bad($"The SRAT structure at byte {at} of type {kind} has {table[at + 1]} bytes, not {wanted}.");
            }

            visit(kind, table.Slice(at, table[at + 1]));
        }
    }

    private static uint? ProcessorDomain(byte kind, ReadOnlySpan<byte> body, byte revision) => kind switch
    {
        ProcessorAffinity when (BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) & Enabled) != 0 =>
            revision < 2 ? body[2] : (uint)(body[2] | (body[9] << 8) | (body[10] << 16) | (body[11] << 24)),
        X2ApicAffinity when (BinaryPrimitives.ReadUInt32LittleEndian(body[12..]) & Enabled) != 0 => BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
        GenericInitiatorAffinity when (BinaryPrimitives.ReadUInt32LittleEndian(body[24..]) & Enabled) != 0 => BinaryPrimitives.ReadUInt32LittleEndian(body[4..]),
        _ => null,
    };

    private static NodeRange? ReadMemory(ReadOnlySpan<byte> body, byte revision, Dictionary<uint, int> nodes)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(body[28..]);
        ulong start = BinaryPrimitives.ReadUInt64LittleEndian(body[8..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(body[16..]);
        if ((flags & Enabled) == 0 || length == 0)
        {
            return null;
        }

        if (start >= PhysAddr.MaxValue || length > PhysAddr.MaxValue - start)
        {
            throw Bad($"The SRAT memory range at {Hex.Plain(start)} with {Hex.Plain(length)} bytes ends beyond 2^52.");
        }

        uint domain = revision < 2 ? body[2] : BinaryPrimitives.ReadUInt32LittleEndian(body[2..]);
        return new NodeRange(new AddressRange(start, start + length), NodeOf(nodes, domain), (flags & HotPluggable) != 0);
    }

    private static int NodeOf(Dictionary<uint, int> nodes, uint domain)
    {
        if (!nodes.TryGetValue(domain, out int node))
        {
            node = nodes.Count;
            nodes.Add(domain, node);
        }

        return node <= MemoryBlock.MaxNode ? node : throw Bad($"The SRAT names more than {MemoryBlock.MaxNode + 1} proximity domains.");
    }

    // Linux accepts ranges of one node that overlap, and gives up the table when two nodes claim the same bytes.
    private static List<NodeRange> Disjoint(List<NodeRange> ranges)
    {
        var result = new List<NodeRange>(ranges.Count);
        foreach (NodeRange range in ranges.OrderBy(range => range.Range.Start.Value))
        {
            // The last piece may begin above this range, but what it was cut from began below.
            if (result.Count == 0 || range.Range.Start >= result[^1].Range.End)
            {
                result.Add(range);
                continue;
            }

            NodeRange before = result[^1];
            if (before.Node != range.Node)
            {
                throw Bad($"The SRAT memory ranges {before.Range} of node {before.Node} and {range.Range} of node {range.Node} overlap.");
            }

            if (range.Range.End > before.Range.End)
            {
                result.Add(range with { Range = new AddressRange(before.Range.End, range.Range.End) });
            }
        }

        return result;
    }

    private static SourceFormatException Bad(string reason) => new(reason, Remedy);
}
