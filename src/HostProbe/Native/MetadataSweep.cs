using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>What a sweep gave.</summary>
/// <param name="Fields">The fields, or why they could not be read.</param>
/// <param name="AcrossUpdate">Whether version or build did not read the same before and after, however often it was tried: the fields
/// may be those of more than one module then.</param>
public sealed record SweptMetadata(Reading<IReadOnlyList<MetadataValue>> Fields, bool AcrossUpdate);

/// <summary>Reads all global metadata of a module: TDH.SYS.RDALL until the list ends, or field by field where the module refuses that.
/// Version and build are read before and after; where they differ, the module was updated in between, and all is read again.</summary>
public static class MetadataSweep
{
    internal const ulong SysRd = 34;
    internal const ulong SysRdAll = 37;
    internal const int PageBytes = 4096;

    /// <summary>Every list seen so far fits one page; a module that needs more than these is not believed.</summary>
    internal const int MaxPages = 16;

    /// <summary>As many as <see cref="MaxPages"/> pages could hold.</summary>
    internal const int MaxElements = MaxPages * PageBytes / sizeof(ulong);

    private const string DownRemedy = "During a runtime update this passes. If it stays, the module was lost: reboot the host.";

    private const string LpInitRemedy = "Right after a runtime update this passes. If it stays, let the kernel initialise TDX: load kvm_intel with tdx=1; after an update, reboot the host.";

    private const string RdName = "TDH.SYS.RD";
    private const string RdAllName = "TDH.SYS.RDALL";
    private const int MaxAttempts = 3;
    private const ulong DetailsMask = 0xFFFF_FFFF;
    private const ulong Success = 0;
    private const ulong SysLpInitNotDone = 0xC000_0502_0000_0000;
    private const ulong SysNotReady = 0xC000_0505_0000_0000;
    private const ulong SysShutdown = 0xC000_0506_0000_0000;
    private const ulong ListOverflow = 0xC000_0C04_0000_0000;

    // What Linux gives where the instruction itself fails (arch/x86/include/asm/tdx.h).
    private const ulong SeamcallVmFailInvalid = 0x8000_FF00_FFFF_0000;
    private const ulong FirstFieldId = 0x0000_0C0B_0000_0000;

    /// <summary>Reads everything.</summary>
    public static SweptMetadata Run(ISeamcallTransport transport)
    {
        SweptMetadata raw = SweepRaw(transport);
        return raw with { Fields = raw.Fields.Map(MetadataCatalogue.Assemble) };
    }

    /// <summary>Whether the module answered that it is shut down, not initialised on this processor, or not there: while it is replaced, which
    /// passes, or for good.</summary>
    internal static bool SaysThatItIsDown(Reading<IReadOnlyList<MetadataValue>> fields) => !fields.IsKnown && fields.Remedy is DownRemedy or LpInitRemedy;

    /// <summary>Reads everything, as <see cref="MetadataCatalogue.Assemble"/> takes it.</summary>
    internal static SweptMetadata SweepRaw(ISeamcallTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        VersionStamp before = VersionStamp.Read(transport);
        for (int attempt = 1; ; attempt++)
        {
            Reading<IReadOnlyList<MetadataValue>> fields = Once(transport);
            VersionStamp after = VersionStamp.Read(transport);
            bool updated = !before.Equals(after);
            if (!updated || attempt == MaxAttempts)
            {
                return new SweptMetadata(fields, updated);
            }

            before = after;
        }
    }

    private static Reading<IReadOnlyList<MetadataValue>> Once(ISeamcallTransport transport)
    {
        string source = RdAllName;
        try
        {
            if (ReadLists(transport, out ulong refusal) is { } lists)
            {
                return lists;
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

    /// <returns>Null where the module refused the first call; the refusal is its status then.</returns>
    private static Reading<IReadOnlyList<MetadataValue>>? ReadLists(ISeamcallTransport transport, out ulong refusal)
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
                return call == 1 ? null : Unreadable(RdAllName, $"{RdAllName} went on to {new FieldId(start)} and then answered {new FieldId(refusal)}.", Remedy(refusal));
            }

            int before = fields.Count;
            fields.AddRange(MetadataList.Parse(page));
            if (!overflowed)
            {
                return Reading.Known<IReadOnlyList<MetadataValue>>(fields, transport.Provenance, RdAllName);
            }

            if (fields.Count == before || registers.R8 == start)
            {
                throw new FormatException($"{RdAllName} makes no progress at field {new FieldId(start)}.");
            }

            start = registers.R8;
        }

        throw new FormatException($"{RdAllName} did not end after {MaxPages} pages.");
    }

    private static Reading<IReadOnlyList<MetadataValue>> Walk(ISeamcallTransport transport, ulong refusal)
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

        return Reading.Known<IReadOnlyList<MetadataValue>>(fields, transport.Provenance, RdName);
    }

    private static string Remedy(ulong status) => (status & ~DetailsMask) switch
    {
        _ when status == SeamcallVmFailInvalid => DownRemedy,
        SysShutdown => DownRemedy,
        SysLpInitNotDone => LpInitRemedy,
        SysNotReady => "Update the TDX module to 1.5 or newer; 1.0 answers this call only when it is ready.",
        _ => "Look for virt/tdx lines in the kernel log.",
    };

    private static Reading<IReadOnlyList<MetadataValue>> Unreadable(string source, string reason, string remedy) =>
        Reading.Unreadable<IReadOnlyList<MetadataValue>>(source, reason, remedy);
}
