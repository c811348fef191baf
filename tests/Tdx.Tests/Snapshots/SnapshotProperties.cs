using CsCheck;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class SnapshotProperties
{
    [Fact]
    public void Parse_OfWritten_GivesTheSameBytes() => SnapshotGenerator.Snapshots.Sample(snapshot =>
    {
        byte[] bytes = SnapshotCodec.Write(snapshot);
        SnapshotParse parse = SnapshotCodec.Parse(bytes);
        return parse.Error is null && SnapshotCodec.Write(parse.Snapshot!).AsSpan().SequenceEqual(bytes);
    });

    [Fact]
    public void Parse_OfAChangedByte_NeverThrows()
    {
        byte[] bytes = SnapshotCodec.Write(TestSnapshots.WorkingHost());
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            SnapshotParse parse = SnapshotCodec.Parse(changed);
            return parse.Snapshot is null == parse.Error is not null;
        });
    }

    [Fact]
    public void From_OfAnySnapshot_GivesARow() => SnapshotGenerator.Snapshots.Sample(snapshot => HostSummary.From(snapshot).StateReason.Length > 0);
}
