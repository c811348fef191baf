using System.Text;
using TdxDash.Fuzz.Engine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Wire;

namespace TdxDash.Fuzz.Targets;

/// <summary>A snapshot's canonical form.</summary>
internal sealed class SnapshotTarget() : FuzzTarget("snapshot")
{
    public override IEnumerable<byte[]> Seeds() =>
        [File.ReadAllBytes(Repository.Data("snapshots", "working-host-schema1.json")), SnapshotCodec.Write(TestSnapshots.WorkingHost())];

    public override string Check(byte[] input)
    {
        SnapshotParse parse = SnapshotCodec.Parse(input);
        if (parse.Snapshot is null)
        {
            Promise(parse.Error is { Length: > 0 }, "a refusal gives no reason");
            return parse.Error!;
        }

        Promise(!parse.IsCanonical || SnapshotCodec.Write(parse.Snapshot).AsSpan().SequenceEqual(input), "what is called canonical is not what is written");
        HoldTogether(parse.Snapshot);
        return parse.IsCanonical ? "accepted" : "accepted, not canonical";
    }

    /// <summary>What everybody who gets a snapshot relies on.</summary>
    public static void HoldTogether(Snapshot snapshot)
    {
        byte[] canonical = SnapshotCodec.Write(snapshot);
        SnapshotParse again = SnapshotCodec.Parse(canonical);
        Promise(again.Snapshot is not null, $"it is refused after being written: {again.Error}");
        Promise(again.IsCanonical, "what was written is not called canonical");
        Promise(SnapshotCodec.Write(again.Snapshot!).AsSpan().SequenceEqual(canonical), "its canonical form changes when it is parsed and written");
        HostSummary.From(snapshot);
        PlanTarget.PlanOf(snapshot);
        using var report = new StringWriter();
        HostReport.Write(HostView.Of(snapshot), report, new TerminalStyle(100, false));
        Promise(report.GetStringBuilder().Length > 0, "its report is empty");
    }
}

/// <summary>A snapshot's compressed body.</summary>
internal sealed class BodyTarget() : FuzzTarget("body")
{
    // A body may expand to all that a snapshot may have, in a buffer that doubles as it grows.
    public override long MaxAllocation(int length) => 8L * SnapshotCodec.MaxBytes;

    public override IEnumerable<byte[]> Seeds() =>
    [
        BodyCodec.Compress(File.ReadAllBytes(Repository.Data("snapshots", "working-host.json"))),
        BodyCodec.Compress(Encoding.UTF8.GetBytes("{\"schema\":1}")),
        BodyCodec.Compress([]),
        BodyCodec.Compress(new byte[1 << 20]),
    ];

    public override string Check(byte[] input)
    {
        if (BodyCodec.TryExpand(input, out byte[] canonical) is { } refused)
        {
            Promise(canonical.Length == 0, "a refused body gives bytes");
            return refused;
        }

        Promise(canonical.Length <= SnapshotCodec.MaxBytes, $"a body expands to {canonical.Length} bytes");
        Promise(BodyCodec.TryExpand(BodyCodec.Compress(canonical), out byte[] again) is null && again.AsSpan().SequenceEqual(canonical), "the bytes change when they are compressed and expanded");
        return SnapshotCodec.Parse(canonical).Error is null ? "accepted, a snapshot" : $"accepted {canonical.Length > 1_024}";
    }
}
