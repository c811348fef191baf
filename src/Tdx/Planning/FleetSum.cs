using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>What machines come to together. Sizes end at 2^64 - 1 bytes.</summary>
/// <param name="Machines">How many.</param>
/// <param name="Failing">How many of them would not initialise.</param>
/// <param name="Memory">All memory.</param>
/// <param name="Paid">The PAMT that all pay.</param>
/// <param name="StaticPamt">The static PAMT of all.</param>
/// <param name="DynamicPamt">Dynamic PAMT of all.</param>
/// <param name="FewestReserved">The fewest reserved areas that a machine has left; null where none were counted.</param>
/// <param name="FewestTdmrs">The fewest TDMRs that a machine has left; null for no machine.</param>
public sealed record FleetSum(int Machines, int Failing, ByteSize Memory, ByteSize Paid, ByteSize StaticPamt, ByteSize DynamicPamt, int? FewestReserved, int? FewestTdmrs)
{
    /// <summary>PAMT that is paid, in percent of memory.</summary>
    public double PaidPercent => Memory.Bytes == 0 ? 0 : 100.0 * Paid.Bytes / Memory.Bytes;

    /// <summary>What Dynamic PAMT saves in bytes; negative where it costs more.</summary>
    public long Gain => (long)StaticPamt.Bytes - (long)DynamicPamt.Bytes;

    /// <summary>Adds machines up.</summary>
    public static FleetSum Of(IReadOnlyCollection<FleetRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return new FleetSum(
            rows.Sum(row => row.Machines), rows.Where(row => !row.Verdict.Initializes).Sum(row => row.Machines),
            Sum(rows, row => row.Memory), Sum(rows, row => row.Paid), Sum(rows, row => row.StaticPamt), Sum(rows, row => row.DynamicPamt),
            rows.Min(row => row.ReservedHeadroom), rows.Min(row => (int?)row.TdmrHeadroom));
    }

    // Machines are outside input: a fleet of the largest that can be overflows 64 bits.
    private static ByteSize Sum(IEnumerable<FleetRow> rows, Func<FleetRow, ByteSize> pick) =>
        new((ulong)UInt128.Min(rows.Aggregate(UInt128.Zero, (sum, row) => sum + ((UInt128)pick(row).Bytes * (UInt128)row.Machines)), ulong.MaxValue));
}
