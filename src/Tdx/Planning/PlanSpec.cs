using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Sockets of one kind and their memory.</summary>
/// <param name="Sockets">How many.</param>
/// <param name="NodesPerSocket">NUMA nodes of each socket.</param>
/// <param name="DimmsPerNode">DIMMs of each node; 1 where only the sum is said.</param>
/// <param name="DimmSize">Bytes of each DIMM; of the node where only the sum is said.</param>
public sealed record PlanSockets(int Sockets, int NodesPerSocket, int DimmsPerNode, ByteSize DimmSize)
{
    /// <summary>Bytes of one node; more than 2^52 is possible and refused when the plan is laid out.</summary>
    public ulong BytesPerNode => DimmSize.Bytes * (ulong)DimmsPerNode;
}

/// <summary>Pieces of memory that the firmware keeps for itself, spread evenly: the CMRs span them, and Linux does not see them.</summary>
/// <param name="Pieces">How many.</param>
/// <param name="Size">Bytes of each.</param>
/// <param name="Within">Where they lie; a single piece that fills it lies exactly there.</param>
public sealed record PlanFirmware(int Pieces, ByteSize Size, AddressRange Within);

/// <summary>What further memory is.</summary>
public enum PlanExtraKind
{
    /// <summary>More of the usual: convertible memory.</summary>
    Added,

    /// <summary>Convertible memory that is there at boot and that the SRAT marks hot-pluggable: memblock keeps it apart.</summary>
    HotPlug,

    /// <summary>CXL memory that Linux uses as system RAM: in no CMR, so that the module refuses it.</summary>
    Cxl,

    /// <summary>Memory that goes, CMR and all, after everything else has come.</summary>
    Removed,
}

/// <summary>Further memory, or memory that goes.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Node">Its NUMA node; null for node 0, for CXL memory the next node that has no memory, and for what goes any.</param>
/// <param name="At">Where it begins; null for the first GiB border above all other memory, and for what goes the upper end.</param>
public sealed record PlanExtra(PlanExtraKind Kind, ByteSize Size, int? Node = null, PhysAddr? At = null);

/// <summary>TDs of one size.</summary>
/// <param name="Count">How many.</param>
/// <param name="Size">Bytes of private memory of each.</param>
/// <param name="Vcpus">Virtual CPUs of each.</param>
public sealed record PlanTds(int Count, ByteSize Size, int Vcpus = 1);

/// <summary>A plan as it is written and carried by a link: <see cref="PlanText"/> reads and writes it, and docs/planner.md has the grammar. Equal plans
/// have equal texts.</summary>
public sealed record PlanSpec
{
    /// <summary>A name; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Sockets in order; their nodes are numbered on.</summary>
    public IReadOnlyList<PlanSockets> Sockets { get; init; } = [];

    /// <summary>Memory with addresses, as memblock holds it.</summary>
    public IReadOnlyList<MemoryBlock> Ram { get; init; } = [];

    /// <summary>Ranges without memory: that of sockets goes on behind them, that of <see cref="Ram"/> is lost.</summary>
    public IReadOnlyList<AddressRange> Holes { get; init; } = [];

    /// <summary>Memory that the firmware keeps.</summary>
    public IReadOnlyList<PlanFirmware> Firmware { get; init; } = [];

    /// <summary>Further memory, and memory that goes.</summary>
    public IReadOnlyList<PlanExtra> Extras { get; init; } = [];

    /// <summary>The CMRs; empty where they follow from the memory.</summary>
    public IReadOnlyList<AddressRange> Cmrs { get; init; } = [];

    /// <summary>The name of one of <see cref="PlanModules"/>; null for none in particular.</summary>
    public string? Module { get; init; }

    /// <summary>MAX_TDMRS; null for the module's.</summary>
    public ushort? MaxTdmrs { get; init; }

    /// <summary>MAX_RESERVED_PER_TDMR; null for the module's.</summary>
    public ushort? MaxReserved { get; init; }

    /// <summary>Bytes of a PAMT entry for 4K, 2M and 1G pages; null for the module's.</summary>
    public (ushort Of4K, ushort Of2M, ushort Of1G)? PamtEntries { get; init; }

    /// <summary>Whether Linux is to use Dynamic PAMT.</summary>
    public bool DynamicPamt { get; init; }

    /// <summary>PAMT_PAGE_BITMAP_ENTRY_BITS.</summary>
    public byte BitmapBits { get; init; } = Layout.DynamicPamt.UsualBitmapBits;

    /// <summary>Where the kernel takes holes from.</summary>
    public HoleSource HolesFrom { get; init; }

    /// <summary>Private KeyIDs that the BIOS gives to TDX, the global one among them; null where it is not said.</summary>
    public int? KeyIds { get; init; }

    /// <summary>Physical address bits below the KeyIDs; null where it is not said.</summary>
    public int? AddressBits { get; init; }

    /// <summary>Memory that the host keeps for itself.</summary>
    public ByteSize Host { get; init; }

    /// <summary>The TDs.</summary>
    public IReadOnlyList<PlanTds> Tds { get; init; } = [];

    /// <summary>The part of memory that TDs use, in percent; null where it follows from <see cref="Tds"/>.</summary>
    public decimal? Use { get; init; }

    /// <summary>The part of the TDs' memory that is mapped as 4 KiB pages, in percent; the rest is mapped as 2 MiB.</summary>
    public decimal SmallPages { get; init; } = 100;

    /// <summary>The canonical text.</summary>
    public override string ToString() => PlanText.Write(this);

    /// <summary>Whether both have one text.</summary>
    public bool Equals(PlanSpec? other) => ReferenceEquals(this, other) || (other is not null && PlanText.Write(this) == PlanText.Write(other));

    /// <inheritdoc/>
    public override int GetHashCode() => PlanText.Write(this).GetHashCode(StringComparison.Ordinal);
}
