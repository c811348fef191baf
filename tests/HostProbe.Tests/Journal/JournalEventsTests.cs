using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Journal;

public sealed class JournalEventsTests
{
    private const string BootA = "11111111-1111-1111-1111-111111111111", BootB = "22222222-2222-2222-2222-222222222222";

    [Fact]
    public void NextPending_OfTwoBoots_GivesOneBootAtATimeInOrder()
    {
        using var folder = new StateFolder();
        using (JournalFile file = JournalFile.Open(folder.Path))
        {
            var events = new JournalEvents(file);
            events.Append(BootA, [Line("a"), Line("b")], 7);
            events.Append(BootB, [Line("c")], null);
        }

        // What was appended outlives the process.
        using JournalFile again = JournalFile.Open(folder.Path);
        var reopened = new JournalEvents(again);
        ObservationBatch first = reopened.NextPending()!;
        Assert.Equal((BootA, "ab"), (first.BootId, string.Concat(first.Observations.Select(seen => seen.Seen.KernelLine))));
        Assert.Equal(7UL, reopened.Mark(BootA));
        Assert.Null(reopened.Mark(BootB));
        reopened.Settle(first, rejected: false);
        ObservationBatch second = reopened.NextPending()!;
        Assert.Equal((BootB, 3L), (second.BootId, second.Observations[0].Sequence));
        reopened.Settle(second, rejected: true);
        Assert.Null(reopened.NextPending());
        Assert.Equal(0, reopened.CountPending());
    }

    [Fact]
    public void NextPending_OfMany_IsBounded()
    {
        using var folder = new StateFolder();
        using JournalFile file = JournalFile.Open(folder.Path);
        var events = new JournalEvents(file);
        events.Append(BootA, [.. Enumerable.Range(0, 200).Select(i => Line($"{i}"))], 1);
        Assert.Equal(ObservationBatch.MaxObservations, events.NextPending()!.Observations.Count);
        Assert.Equal(200, events.CountPending());
    }

    private static ReinitObservation Line(string text) => new(DateTimeOffset.UnixEpoch, Provenance.Kernel, "/dev/kmsg") { KernelLine = text };
}
