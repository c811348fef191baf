using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>What machines come to together. PAMT is that of the machines that would initialise. Sums of bytes are decimal, as a fleet of the largest machines that can be overflows 64 bits.</summary>
public sealed record FleetSum
{
    /// <summary>How many machines.</summary>
    public required int Machines { get; init; }

    /// <summary>How many of them would not initialise.</summary>
    public required int Failing { get; init; }

    /// <summary>How many would initialise and use Dynamic PAMT.</summary>
    public required int UsingDynamicPamt { get; init; }

    /// <summary>Bytes of memory of all.</summary>
    public required decimal Memory { get; init; }

    /// <summary>Bytes of memory of those that would initialise.</summary>
    public required decimal Initialised { get; init; }

    /// <summary>Bytes of PAMT that they pay.</summary>
    public required decimal Paid { get; init; }

    /// <summary>Bytes of their static PAMT.</summary>
    public required decimal StaticPamt { get; init; }

    /// <summary>Bytes of their Dynamic PAMT.</summary>
    public required decimal DynamicPamt { get; init; }

    /// <summary>KeyIDs for TDs, of the machines that would initialise and of which they are known.</summary>
    public required long KeyIds { get; init; }

    /// <summary>How many would initialise whose KeyIDs are not known.</summary>
    public required int KeyIdsUnknown { get; init; }

    /// <summary>The fewest reserved areas that a machine has left; null where none were counted.</summary>
    public required int? FewestReserved { get; init; }

    /// <summary>The fewest TDMRs that a machine has left; null for no machine.</summary>
    public required int? FewestTdmrs { get; init; }

    /// <summary>PAMT that is paid, in percent of the memory of those that pay it.</summary>
    public double PaidPercent => Initialised == 0 ? 0 : (double)(100 * Paid / Initialised);

    /// <summary>Bytes that Dynamic PAMT saves; negative where it costs more.</summary>
    public decimal Gain => StaticPamt - DynamicPamt;

    /// <summary>Adds machines up.</summary>
    public static FleetSum Of(IReadOnlyCollection<FleetRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        FleetRow[] working = [.. rows.Where(row => row.Verdict.Initializes)];
        return new FleetSum
        {
            Machines = rows.Sum(row => row.Machines),
            Failing = rows.Where(row => !row.Verdict.Initializes).Sum(row => row.Machines),
            UsingDynamicPamt = working.Where(row => row.UsesDynamicPamt).Sum(row => row.Machines),
            Memory = Sum(rows, row => row.Memory),
            Initialised = Sum(working, row => row.Memory),
            Paid = Sum(working, row => row.Paid),
            StaticPamt = Sum(working, row => row.StaticPamt),
            DynamicPamt = Sum(working, row => row.DynamicPamt),
            KeyIds = working.Sum(row => (row.KeyIds ?? 0) * row.Machines),
            KeyIdsUnknown = working.Where(row => row.KeyIds is null).Sum(row => row.Machines),
            FewestReserved = rows.Min(row => row.ReservedLeft),
            FewestTdmrs = rows.Min(row => (int?)row.TdmrsLeft),
        };
    }

    private static decimal Sum(IEnumerable<FleetRow> rows, Func<FleetRow, ByteSize?> pick) => rows.Sum(row => (decimal)(pick(row)?.Bytes ?? 0) * row.Machines);
}
