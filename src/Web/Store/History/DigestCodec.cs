using System.Collections.Immutable;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Store.History;

/// <summary>The compact form of a digest in the database.</summary>
internal static class DigestCodec
{
    /// <summary>The form's version, its first byte. Raise it whenever a member is added or means something else: all digests and
    /// comparisons of older versions are then made again from the bodies, in the background.</summary>
    public const int Form = 2;

    /// <summary>Writes a digest.</summary>
    public static byte[] Write(HostDigest digest, Func<string, long> idOf)
    {
        HostSummary summary = digest.Summary;
        var writer = new DigestWriter(idOf);
        writer.Number(Form);
        writer.Text(summary.Name);
        writer.Number((ulong)summary.Origin);
        writer.Number((ulong)summary.State);
        writer.Text(summary.StateReason);
        writer.Text(summary.CpuFamily);
        writer.Reading(summary.Version, Write);
        writer.Reading(summary.Memory, Write);
        writer.Reading(summary.Pamt, Write);
        writer.Reading(summary.ComputedPamt, Write);
        writer.Reading(summary.PeakReserved, Write);
        writer.Reading(summary.MaxReserved, Write);
        writer.Reading(summary.Tdmrs, Write);
        writer.Reading(summary.MaxTdmrs, Write);
        writer.Reading(summary.KeyIds, Write);
        writer.Reading(summary.KeyIdsInUse, Write);
        writer.Reading(summary.KernelRelease, static (w, text) => w.Text(text));
        writer.Reading(summary.Tier, static (w, tier) => w.Number((ulong)tier));
        foreach (Reading<string> attribute in digest.Attributes.Values)
        {
            writer.Reading(attribute, static (w, text) => w.Text(text));
        }

        return writer.ToArray();
    }

    // It lacks the computed PAMT: its rows stand until the background has made them again, so that the first start of this version is no slower.
    private const int FormBefore = 1;

    /// <summary>Whether bytes can be read, in this version's form or the one before.</summary>
    public static bool IsReadable(byte[]? bytes) => bytes is [Form or FormBefore, ..];

    /// <summary>Whether bytes are of this version's form.</summary>
    public static bool IsCurrent(byte[]? bytes) => bytes is [Form, ..];

    /// <summary>Reads a digest.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged or of another form.</exception>
    public static HostDigest Read(byte[] bytes, Func<long, string> textOf)
    {
        var reader = new DigestReader(bytes, textOf);
        return new HostDigest(Summary(reader), Attributes(reader));
    }

    /// <summary>Reads only the fleet row, which comes first.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged or of another form.</exception>
    public static HostSummary ReadSummary(byte[] bytes, Func<long, string> textOf)
    {
        var reader = new DigestReader(bytes, textOf);
        return Summary(reader);
    }

    private static HostSummary Summary(DigestReader reader)
    {
        ulong form = reader.Number();
        return form is Form or FormBefore ? Summary(reader, form == Form) : throw new InvalidDataException("The digest has another form.");
    }

    private static HostSummary Summary(DigestReader reader, bool hasComputedPamt) => new()
    {
        Name = reader.Text(),
        Origin = reader.Word<Origin>(),
        State = reader.Word<TdxState>(),
        StateReason = reader.Text(),
        CpuFamily = reader.Text(),
        Version = reader.Reading(static r => new ModuleVersion(r.Int(), r.Int(), r.Int())),
        Memory = reader.Reading(static r => new ByteSize(r.Number())),
        Pamt = reader.Reading(static r => new ByteSize(r.Number())),
        ComputedPamt = hasComputedPamt ? reader.Reading(static r => new ByteSize(r.Number())) : HostSummary.NoComputedPamt,
        PeakReserved = reader.Reading(static r => r.Int()),
        MaxReserved = reader.Reading(static r => r.Int()),
        Tdmrs = reader.Reading(static r => r.Int()),
        MaxTdmrs = reader.Reading(static r => r.Int()),
        KeyIds = reader.Reading(static r => (long)r.Number()),
        KeyIdsInUse = reader.Reading(static r => (long)r.Number()),
        KernelRelease = reader.Reading(static r => r.Text()),
        Tier = reader.Reading(static r => r.Word<ProbeTier>()),
    };

    private static HostAttributes Attributes(DigestReader reader)
    {
        var values = ImmutableArray.CreateBuilder<Reading<string>>(HostAttributes.Count);
        for (int i = 0; i < HostAttributes.Count; i++)
        {
            values.Add(reader.Reading(static r => r.Text()));
        }

        return new HostAttributes(values.MoveToImmutable());
    }

    private static void Write(DigestWriter writer, ModuleVersion version)
    {
        writer.Number((ulong)version.Major);
        writer.Number((ulong)version.Minor);
        writer.Number((ulong)version.Update);
    }

    private static void Write(DigestWriter writer, ByteSize size) => writer.Number(size.Bytes);

    private static void Write(DigestWriter writer, int number) => writer.Number((ulong)number);

    private static void Write(DigestWriter writer, long number) => writer.Number((ulong)number);
}
