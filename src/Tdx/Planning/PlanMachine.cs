using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Planning;

/// <summary>A machine as the planner computes it: memory with addresses, module, KeyIDs and TDs.</summary>
public sealed record PlanMachine
{
    /// <summary>The most CMRs that any module seen so far reports.</summary>
    public const int UsualCmrs = 32;

    private const string PlanSource = "plan";

    /// <summary>Memory as Linux has it.</summary>
    public required MemoryMap Map { get; init; }

    /// <summary>The CMRs, ascending.</summary>
    public required IReadOnlyList<AddressRange> Cmrs { get; init; }

    /// <summary>Whether the CMRs are given; else they are taken to follow from the memory.</summary>
    public bool CmrsAreGiven { get; init; }

    /// <summary>The module's limits.</summary>
    public required TdmrLimits Limits { get; init; }

    /// <summary>The module; null for none in particular.</summary>
    public PlanModule? Module { get; init; }

    /// <summary>The CPU family by short name; null where it is not known, and for one that somebody wrote down.</summary>
    public string? Family { get; init; }

    /// <summary>Whether the module offers Dynamic PAMT; null where it is not known.</summary>
    public bool? OffersDynamicPamt { get; init; }

    /// <summary>Whether Linux is to use Dynamic PAMT; see <see cref="UsesDynamicPamt"/>.</summary>
    public bool DynamicPamt { get; init; }

    /// <summary>PAMT_PAGE_BITMAP_ENTRY_BITS.</summary>
    public byte BitmapBits { get; init; } = Layout.DynamicPamt.UsualBitmapBits;

    /// <summary>Where the kernel takes holes from.</summary>
    public HoleSource HolesFrom { get; init; }

    /// <summary>Private KeyIDs, the global one among them; null where it is not known.</summary>
    public int? KeyIds { get; init; }

    /// <summary>Physical address bits below the KeyIDs; null where it is not known.</summary>
    public int? AddressBits { get; init; }

    /// <summary>Memory that the host keeps for itself.</summary>
    public ByteSize Host { get; init; }

    /// <summary>The TDs.</summary>
    public IReadOnlyList<PlanTds> Tds { get; init; } = [];

    /// <summary>The part of memory that TDs use, in percent; null where it follows from <see cref="Tds"/>.</summary>
    public decimal? Use { get; init; }

    /// <summary>The part of the TDs' memory that is mapped as 4 KiB pages, in percent.</summary>
    public decimal SmallPages { get; init; } = 100;

    /// <summary>What every figure that is computed from this machine carries: hypothetical for one that somebody wrote down.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Where the machine is from, for people.</summary>
    public required string Source { get; init; }

    /// <summary>What a reader should know beside: what was assumed, or is not as it seems.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether Linux would use Dynamic PAMT: wanted, not known to be lacking in the module, and the KeyIDs begin low enough.</summary>
    public bool UsesDynamicPamt => DynamicPamt && OffersDynamicPamt != false && AddressBits is not > SysConfigModel.MaxDynamicPamtHkidStartBit;

    /// <summary>Usable memory: all that Linux has.</summary>
    public ByteSize Memory => Map.Total;

    /// <summary>The end of memory.</summary>
    public PhysAddr End => Map.Blocks.Count == 0 ? default : Map.Blocks[^1].Range.End;

    /// <summary>What the layout depends on beside memory and limits.</summary>
    public LayoutOptions Options => new()
    {
        Behavior = LinuxBehavior.Upstream with { Holes = HolesFrom, DynamicPamt = UsesDynamicPamt },
        Cmrs = HolesFrom == HoleSource.Cmrs && CmrsAreGiven ? Cmrs : null,
        PamtPageBitmapEntryBits = BitmapBits,
    };

    /// <summary>The machine of a plan. All that is computed from it is hypothetical.</summary>
    /// <exception cref="PlanException">There can be no such machine; the message says why.</exception>
    public static PlanMachine From(PlanSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        PlanModule? module = spec.Module is null ? null
            : PlanModules.Find(spec.Module) ?? throw new PlanException(PlanPart.Module, 0, $"There is no module '{PlainText.Of(spec.Module)}'.", PlanModules.Remedy);
        TdmrLimits usual = module?.Limits ?? TdmrLimits.Usual;
        (MemoryMap map, IReadOnlyList<AddressRange> cmrs) = PlanMemory.Of(spec);
        var machine = new PlanMachine
        {
            Map = map,
            Cmrs = cmrs,
            CmrsAreGiven = spec.Cmrs.Count > 0,
            Limits = new TdmrLimits(spec.MaxTdmrs ?? usual.MaxTdmrs, spec.MaxReserved ?? usual.MaxReservedPerTdmr,
                spec.PamtEntries?.Of4K ?? usual.Pamt4KEntrySize, spec.PamtEntries?.Of2M ?? usual.Pamt2MEntrySize, spec.PamtEntries?.Of1G ?? usual.Pamt1GEntrySize),
            Module = module,
            OffersDynamicPamt = module?.OffersDynamicPamt,
            DynamicPamt = spec.DynamicPamt,
            BitmapBits = spec.BitmapBits,
            HolesFrom = spec.HolesFrom,
            KeyIds = spec.KeyIds,
            AddressBits = spec.AddressBits,
            Host = spec.Host,
            Tds = spec.Tds,
            Use = spec.Use,
            SmallPages = spec.SmallPages,
            Provenance = Provenance.Hypothetical,
            Source = PlanSource,
        };
        return machine with { Notes = NotesOf(machine, spec) };
    }

    /// <summary>The machine of a snapshot, as it is: its layout is the snapshot's own. What is computed from it is as certain as the snapshot's layout.</summary>
    /// <param name="snapshot">With a memory map; where it has none, its CMRs stand for the memory.</param>
    /// <returns>The machine, or why there is none.</returns>
    public static Reading<PlanMachine> From(Snapshot snapshot) => SnapshotMachine.Of(snapshot);

    /// <summary>What a reader should know beside.</summary>
    internal static List<string> NotesOf(PlanMachine machine, PlanSpec? spec)
    {
        var notes = new List<string>();
        if (machine is { DynamicPamt: true, OffersDynamicPamt: false })
        {
            notes.Add($"{(machine.Module is { } module ? $"Module {module.Version}" : "The module")} does not offer Dynamic PAMT (TDX_FEATURES0 bit 36), so Linux would build the static PAMT.");
        }
        else if (machine is { DynamicPamt: true, UsesDynamicPamt: false })
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"With {machine.AddressBits} address bits below the KeyIDs Linux leaves Dynamic PAMT off, whose tree covers {SysConfigModel.MaxDynamicPamtHkidStartBit}, and would build the static PAMT."));
        }

        if (machine.Module is { } named && machine.Limits != named.Limits)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The limits are not those of {named.Name}, which has {named.Limits.MaxTdmrs} TDMRs with {named.Limits.MaxReservedPerTdmr} reserved areas each and PAMT entries of {named.Limits.Pamt4KEntrySize}, {named.Limits.Pamt2MEntrySize} and {named.Limits.Pamt1GEntrySize} bytes."));
        }

        if (spec is { Sockets.Count: > 0 } && machine.Map.Blocks.Any(block => block.Range.Contains(new PhysAddr((4 * ByteSize.GiB) - 1))))
        {
            notes.Add("Memory goes through below 4 GiB, where every real machine has a hole for devices: add hole 2G-4G.");
        }

        if (!machine.CmrsAreGiven)
        {
            notes.Add("The CMRs are taken to follow from the memory, as none are given.");
        }

        if (machine.Cmrs.Count > UsualCmrs)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"There are {machine.Cmrs.Count} CMRs; every module seen so far reports at most {UsualCmrs}."));
        }

        return notes;
    }
}
