using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>What is checked, apart from how it ended on a host.</summary>
/// <param name="Id">As <see cref="Check.Id"/>.</param>
/// <param name="Title">As <see cref="Check.Title"/>.</param>
/// <param name="Why">As <see cref="Check.Why"/>.</param>
/// <param name="Remedy">As <see cref="Check.Remedy"/>.</param>
/// <param name="Mandatory">As <see cref="Check.Mandatory"/>.</param>
internal sealed record CheckSpec(string Id, string Title, string Why, string Remedy, bool Mandatory = true)
{
    public Check Passed(string evidence) => new(Id, Title, CheckOutcome.Passed, evidence, Why, Remedy, Mandatory);

    public Check Failed(string evidence, string? remedy = null) => new(Id, Title, CheckOutcome.Failed, evidence, Why, remedy ?? Remedy, Mandatory);

    public Check Warned(string evidence, string? remedy = null) => new(Id, Title, CheckOutcome.Warning, evidence, Why, remedy ?? Remedy, Mandatory);

    public Check Skipped(string why) => new(Id, Title, CheckOutcome.Skipped, why, Why, Remedy, Mandatory);

    /// <summary>Skipped for want of a value.</summary>
    public Check Skipped(IReading reading) => Skipped(Absent(reading));

    public Check Judged(bool holds, string evidence) => holds ? Passed(evidence) : Failed(evidence);

    /// <summary>Judges a value, or skips without one.</summary>
    public Check Judged<T>(Reading<T> reading, Func<T, bool> holds, Func<T, string> seen) => reading.TryGet(out T? value)
        ? Judged(holds(value), $"{seen(value)} ({reading.Source})")
        : Skipped(reading);

    private static string Absent(IReading reading) => reading.Remedy.Length == 0 ? $"{reading.Reason} ({reading.Source})" : $"{reading.Reason} ({reading.Source}) {reading.Remedy}";
}
