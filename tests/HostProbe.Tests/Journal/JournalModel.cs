using System.Globalization;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Journal;

/// <summary>What is done to a journal.</summary>
internal enum JournalStep
{
    AppendChange,
    AppendSameInNextBoot,
    Deliver,
    Reject,
    ReopenLatest,
    Retain,
    Thin,
    MakeRoom,
    AppendEvents,
    SettleEvents,
}

/// <summary>What a journal is to hold after some steps, told without SQLite.</summary>
internal sealed record JournalModel
{
    private const string EventBoot = "22222222-2222-2222-2222-222222222222";
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly JournalRetention Retention = new(TimeSpan.FromDays(1), 1);
    private static readonly JournalBounds Bounds = new(1L << 30, TimeSpan.Zero, 1);

    private enum Settled
    {
        No,
        Delivered,
        Rejected,
    }

    private IReadOnlyList<Entry> Entries { get; init; } = [];

    private IReadOnlyList<Event> Events { get; init; } = [];

    private long Boot { get; init; } = 1;

    private long Dropped { get; init; }

    private Entry? NextPending => Entries.FirstOrDefault(entry => entry.Settled == Settled.No);

    /// <summary>What it holds after one more step.</summary>
    public JournalModel After(JournalStep step) => step switch
    {
        JournalStep.AppendChange => Appended(Boot, (Entries.Count == 0 ? 0 : Entries[^1].Sequence) + 1),
        JournalStep.AppendSameInNextBoot => Appended(Boot + 1, Entries.Count == 0 ? 1 : Entries[^1].State),
        JournalStep.Deliver => With(NextPending, Settled.Delivered),
        JournalStep.Reject => With(NextPending, Settled.Rejected),
        JournalStep.ReopenLatest => Entries is [.., { Settled: Settled.Delivered } latest] ? With(latest, Settled.No) : this,
        JournalStep.Retain => this with { Entries = Without(Entries.Where(entry => entry.Settled != Settled.No).SkipLast(Retention.Count)) },
        JournalStep.Thin => WithoutUnchanged().WithoutEvents(Events.Where(seen => !seen.Settled).SkipLast(Bounds.Observations), counted: true),
        JournalStep.MakeRoom => (this with { Entries = Without(Entries.Where(entry => entry.Settled != Settled.No)) })
            .WithoutEvents(Events.SkipLast(1).Where(seen => seen.Settled), counted: false).WithoutUnchanged(),
        JournalStep.AppendEvents => this with { Events = [.. Events, new Event(LastEvent + 1, false), new Event(LastEvent + 2, false)] },
        _ => this with { Events = [.. Events.Select(seen => seen with { Settled = true })] },
    };

    /// <summary>Does the step to a journal that holds what this does.</summary>
    public void Do(JournalStep step, JournalFile file)
    {
        var entries = new JournalEntries(file);
        switch (step)
        {
            case JournalStep.AppendChange or JournalStep.AppendSameInNextBoot:
                Entry appended = After(step).Entries[^1];
                entries.Append(BootId(appended.Boot), Now, Body(appended.State));
                break;
            case JournalStep.Deliver when entries.NextPending() is { } next:
                entries.MarkDelivered(next.Sequence, Now);
                break;
            case JournalStep.Reject when entries.NextPending() is { } next:
                entries.MarkRejected(next.Sequence, "no", Now);
                break;
            case JournalStep.ReopenLatest:
                entries.ReopenLatest();
                break;
            case JournalStep.Retain:
                entries.Retain(Retention, Now);
                break;
            case JournalStep.Thin:
                new JournalThinning(file).Apply(Bounds, Now.AddSeconds(1));
                break;
            case JournalStep.MakeRoom:
                new JournalThinning(file).MakeRoom();
                break;
            case JournalStep.AppendEvents:
                var seen = new ReinitObservation(Now, Provenance.Kernel, "test") { KernelLine = "virt/tdx: line" };
                new JournalEvents(file).Append(EventBoot, [seen, seen], mark: null);
                break;
            case JournalStep.SettleEvents when new JournalEvents(file).NextPending() is { } batch:
                new JournalEvents(file).Settle(batch, rejected: false);
                break;
            default:
                break;
        }
    }

    /// <summary>The same in one line, to be compared with <see cref="Read"/>.</summary>
    public override string ToString() => Line(
        Entries.Select(entry => $"{entry.Sequence} {BootId(entry.Boot)} {SnapshotHash.Of(Body(entry.State))} {entry.Settled}"),
        Events.Select(seen => $"{seen.Sequence} {seen.Settled}"),
        Entries.Select(entry => SnapshotHash.Of(Body(entry.State)).ToString()).Distinct().Order(StringComparer.Ordinal),
        Dropped);

    /// <summary>What a journal holds.</summary>
    public static string Read(JournalFile file) => Line(
        Rows(file, "SELECT sequence || ' ' || boot_id || ' ' || hash || ' ' || CASE WHEN settled_at_us IS NULL THEN 'No' WHEN rejection IS NULL THEN 'Delivered' ELSE 'Rejected' END FROM entries ORDER BY sequence"),
        Rows(file, "SELECT sequence || ' ' || CASE settled WHEN 0 THEN 'False' ELSE 'True' END FROM events ORDER BY sequence"),
        Rows(file, "SELECT hash FROM bodies ORDER BY hash"),
        new JournalThinning(file).Dropped());

    private static string Line(IEnumerable<string> entries, IEnumerable<string> events, IEnumerable<string> bodies, long dropped) =>
        $"entries: {string.Join(", ", entries)}; events: {string.Join(", ", events)}; bodies: {string.Join(", ", bodies)}; dropped: {dropped}";

    private static List<string> Rows(JournalFile file, string sql) => file.Run(connection =>
    {
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.Command(sql);
        using Microsoft.Data.Sqlite.SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    });

    private static string BootId(long number) => string.Create(CultureInfo.InvariantCulture, $"11111111-1111-1111-1111-{number:d12}");

    private static byte[] Body(long state) => [(byte)state];

    private long LastEvent => Events.Count == 0 ? 0 : Events[^1].Sequence;

    private JournalModel Appended(long boot, long state) =>
        this with { Boot = boot, Entries = [.. Entries, new Entry((Entries.Count == 0 ? 0 : Entries[^1].Sequence) + 1, boot, state, Settled.No)] };

    private JournalModel With(Entry? changed, Settled settled) =>
        this with { Entries = [.. Entries.Select(entry => entry == changed ? entry with { Settled = settled } : entry)] };

    // The newest entry never goes.
    private IReadOnlyList<Entry> Without(IEnumerable<Entry> gone)
    {
        HashSet<Entry> leaving = [.. gone.Where(entry => entry != Entries[^1])];
        return [.. Entries.Where(entry => !leaving.Contains(entry))];
    }

    private JournalModel WithoutUnchanged()
    {
        IReadOnlyList<Entry> left = Without(Entries.Zip(Entries.Skip(1)).Where(pair => pair.Second.Settled == Settled.No && pair.First.State == pair.Second.State).Select(pair => pair.Second));
        return this with { Entries = left, Dropped = Dropped + Entries.Count - left.Count };
    }

    private JournalModel WithoutEvents(IEnumerable<Event> gone, bool counted)
    {
        IReadOnlyList<Event> left = [.. Events.Except(gone)];
        return this with { Events = left, Dropped = Dropped + (counted ? Events.Count - left.Count : 0) };
    }

    private sealed record Entry(long Sequence, long Boot, long State, Settled Settled);

    private sealed record Event(long Sequence, bool Settled);
}
