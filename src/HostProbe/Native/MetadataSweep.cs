using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>Reads all global metadata of a module: TDH.SYS.RDALL until the list ends, or field by field where the module refuses that.</summary>
public static class MetadataSweep
{
    internal const ulong SysRd = 34;
    internal const ulong SysRdAll = 37;
    internal const int PageBytes = 4096;

    /// <summary>Every list seen so far fits one page; a module that needs more than these is not believed.</summary>
    internal const int MaxPages = 16;

    /// <summary>As many as <see cref="MaxPages"/> pages could hold.</summary>
    internal const int MaxElements = MaxPages * PageBytes / sizeof(ulong);

    private const string RdName = "TDH.SYS.RD";
    private const string RdAllName = "TDH.SYS.RDALL";
    private const int ModuleVersionClass = 8;
    private const int MaxRestarts = 3;
    private const ulong DetailsMask = 0xFFFF_FFFF;
    private const ulong Success = 0;
    private const ulong SysLpInitNotDone = 0xC000_0502_0000_0000;
    private const ulong SysNotReady = 0xC000_0505_0000_0000;
    private const ulong ListOverflow = 0xC000_0C04_0000_0000;
    private const ulong FirstFieldId = 0x0000_0C0B_0000_0000;

    /// <summary>Reads everything.</summary>
    /// <returns>The fields, or why they could not be read.</returns>
    public static Reading<IReadOnlyList<MetadataValue>> Run(ISeamcallTransport transport) =>
        SweepRaw(transport).Map(MetadataCatalogue.Assemble);

    /// <summary>Reads everything, as <see cref="MetadataCatalogue.Assemble"/> takes it.</summary>
    internal static Reading<IReadOnlyList<MetadataValue>> SweepRaw(ISeamcallTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        for (int i = 0; i < MaxRestarts; i++)
        {
            Sweep sweep = Once(transport);
            if (sweep.Reading is { } reading && (sweep.Calls == 1 || !reading.IsKnown || IsStillTheSame(transport, reading.Value)))
            {
                return reading;
            }
        }

        return Reading.Unreadable<IReadOnlyList<MetadataValue>>(
            RdName, $"The TDX module's version did not read the same before and after, in {MaxRestarts} attempts.", "Wait until an update of the TDX module has ended.");
    }

    private static Sweep Once(ISeamcallTransport transport)
    {
        string source = RdAllName;
        try
        {
            Sweep list = ReadLists(transport, out ulong refusal);
            if (list.Reading is not null)
            {
                return list;
            }

            source = RdName;
            return Walk(transport, refusal);
        }
        catch (SeamcallTransportException e)
        {
            return Unreadable(source, e.Reason, e.Remedy);
        }
        catch (FormatException e)
        {
            return Unreadable(source, e.Message, "Report this with the version of the TDX module, which TdxDash does not know yet.");
        }
    }

    /// <returns>No reading where the module refused the first call; the refusal is its status then.</returns>
    private static Sweep ReadLists(ISeamcallTransport transport, out ulong refusal)
    {
        var fields = new List<MetadataValue>();
        byte[] page = new byte[PageBytes];
        ulong start = FieldId.Null;
        for (int call = 1; call <= MaxPages; call++)
        {
            var registers = new SeamcallRegisters { R8 = start };
            transport.Seamcall(SysRdAll, ref registers, page);
            refusal = registers.Rax;
            bool overflowed = (registers.Rax & ~DetailsMask) == ListOverflow;
            if (registers.Rax != Success && !overflowed)
            {
                return call == 1 ? default : Unreadable(RdAllName, $"{RdAllName} went on to {new FieldId(start)} and then answered {new FieldId(refusal)}.", Remedy(refusal));
            }

            int before = fields.Count;
            fields.AddRange(MetadataList.Parse(page));
            if (!overflowed)
            {
                return new Sweep(Reading.Known<IReadOnlyList<MetadataValue>>(fields, transport.Provenance, RdAllName), call);
            }

            if (fields.Count == before || registers.R8 == start)
            {
                throw new FormatException($"{RdAllName} makes no progress at field {new FieldId(start)}.");
            }

            start = registers.R8;
        }

        throw new FormatException($"{RdAllName} did not end after {MaxPages} pages.");
    }

    private static Sweep Walk(ISeamcallTransport transport, ulong refusal)
    {
        var registers = new SeamcallRegisters { Rdx = FieldId.Null };
        transport.Seamcall(SysRd, ref registers, default);
        if ((registers.Rax & ~DetailsMask) != FirstFieldId)
        {
            return Unreadable(RdName, $"{RdAllName} answered {new FieldId(refusal)}, and {RdName} {new FieldId(registers.Rax)}.", Remedy(registers.Rax));
        }

        var fields = new List<MetadataValue>();
        ulong id = registers.Rdx;

        // The end is all ones; a comment in the module's source says 0, which is never the id of a later field.
        while (id is not FieldId.Null and not 0)
        {
            registers = new SeamcallRegisters { Rdx = id };
            transport.Seamcall(SysRd, ref registers, default);
            if (registers.Rax != Success)
            {
                return Unreadable(RdName, $"{RdName} answered {new FieldId(registers.Rax)} for field {new FieldId(id)}.", Remedy(registers.Rax));
            }

            if (fields.Count == MaxElements)
            {
                throw new FormatException($"{RdName} did not end after {MaxElements} fields.");
            }

            fields.Add(new MetadataValue(new FieldId(id), [registers.R8]));
            id = registers.Rdx;
        }

        return new Sweep(Reading.Known<IReadOnlyList<MetadataValue>>(fields, transport.Provenance, RdName), fields.Count + 1);
    }

    /// <summary>The module can be updated between two calls; then fields of two versions would be mixed.</summary>
    private static bool IsStillTheSame(ISeamcallTransport transport, IReadOnlyList<MetadataValue> fields)
    {
        foreach (MetadataValue field in fields.Where(f => f.Id.Class == ModuleVersionClass))
        {
            var registers = new SeamcallRegisters { Rdx = field.Id.Value };
            try
            {
                transport.Seamcall(SysRd, ref registers, default);
            }
            catch (SeamcallTransportException)
            {
                // No answer is no proof of sameness.
                return false;
            }

            if (registers.Rax != Success || registers.R8 != field.Values[0])
            {
                return false;
            }
        }

        return true;
    }

    private static string Remedy(ulong status) => (status & ~DetailsMask) switch
    {
        SysLpInitNotDone => "Let the kernel initialise TDX first: load kvm_intel with tdx=1.",
        SysNotReady => "Update the TDX module to 1.5 or newer; 1.0 answers this call only when it is ready.",
        _ => "Look for virt/tdx lines in the kernel log.",
    };

    private static Sweep Unreadable(string source, string reason, string remedy) =>
        new(Reading.Unreadable<IReadOnlyList<MetadataValue>>(source, reason, remedy), 1);

    private readonly record struct Sweep(Reading<IReadOnlyList<MetadataValue>>? Reading, int Calls);
}
