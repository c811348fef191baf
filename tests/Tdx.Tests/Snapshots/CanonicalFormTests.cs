using System.Text;
using CsCheck;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

/// <summary>What is called canonical is exactly what would be written, and everything that is written is called canonical.</summary>
public sealed class CanonicalFormTests
{
    private static readonly Snapshot Full = TestSnapshots.WorkingHost();

    [Fact]
    public void Parse_OfWritten_IsCanonicalAndTheSame() => SnapshotGenerator.Snapshots.Sample(snapshot =>
    {
        byte[] bytes = SnapshotCodec.Write(snapshot);
        SnapshotParse parse = SnapshotCodec.Parse(bytes);
        return parse.IsCanonical && SnapshotCodec.Write(parse.Snapshot!).AsSpan().SequenceEqual(bytes);
    });

    [Fact]
    public void Parse_OfEachTestSnapshot_IsCanonical()
    {
        foreach (Snapshot snapshot in new[] { Full, TestSnapshots.VirtualMachine(), TestSnapshots.FailingHost(), Full.WithLayout(20, 3), Full.OfSchema1() })
        {
            Assert.True(SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).IsCanonical);
        }
    }

    [Fact]
    public void Parse_OfChangedBytes_IsCanonicalOnlyWhenTheyWouldBeWrittenSo() => Gen.Select(SnapshotGenerator.Snapshots, Gen.Int[0, int.MaxValue], Gen.Int[0, 3], Gen.Byte).Sample((snapshot, place, cut, value) =>
    {
        byte[] bytes = SnapshotCodec.Write(snapshot);
        int at = place % bytes.Length;

        // One byte changed, left out, put in, or taken from elsewhere, so that digits meet digits and letters letters.
        byte[] changed = cut switch
        {
            0 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], .. bytes[(at + 1)..]],
            2 => [.. bytes[..at], bytes[value % bytes.Length], .. bytes[at..]],
            _ => [.. bytes[..at], bytes[(place / 7) % bytes.Length], .. bytes[(at + 1)..]],
        };
        SnapshotParse parse = SnapshotCodec.Parse(changed);
        return !parse.IsCanonical || SnapshotCodec.Write(parse.Snapshot!).AsSpan().SequenceEqual(changed);
    }, iter: 20_000);

    [Fact]
    public void Parse_OfEveryCharacter_IsCanonicalAndKeepsIt()
    {
        const int Batch = 1_024;
        for (int from = 0; from <= char.MaxValue; from += Batch)
        {
            string text = string.Concat(Enumerable.Range(from, Batch).Where(c => !char.IsSurrogate((char)c)).Select(c => (char)c)) + "\U0001F600";
            byte[] bytes = SnapshotCodec.Write(TestSnapshots.WorkingHost(text));
            SnapshotParse parse = SnapshotCodec.Parse(bytes);
            Assert.Null(parse.Error);
            Assert.True(parse.IsCanonical, $"characters from {from:x}");
            Assert.Equal(text, parse.Snapshot!.Host.Name.Value);
        }
    }

    [Theory]
    [InlineData("{\"schema\":2,", "{ \"schema\":2,")]
    [InlineData("{\"schema\":2,\"origin\":\"live\"", "{\"origin\":\"live\",\"schema\":2")]
    [InlineData("\"rack1-a07\"", "\"\\u0072ack1-a07\"")]
    [InlineData("\"rack1-a07\"", "\"rack1\\/a07\"")]
    [InlineData("\"rack1-a07\"", "\"rack1\\\"a07\"")]
    [InlineData("\"rack1-a07\"", "\"rack1\u00e4a07\"")]
    [InlineData("\"rack1-a07\"", "\"rack1'a07\"")]
    [InlineData("8592\\u002B", "8592\\u002b")]
    [InlineData("8592\\u002B", "8592+")]
    [InlineData("\"0x200000001f\"", "\"0x200000001F\"")]
    [InlineData("\"0x200000001f\"", "\"0x0200000001f\"")]
    [InlineData("\"0x200000001f\"", "\"0x\\u00310\"")]
    [InlineData("[\"0x0\",\"0x80000000\"],\"type\"", "[\"0x00\",\"0x80000000\"],\"type\"")]
    [InlineData("\"id\":\"0x0800000200000000\"", "\"id\":\"0x800000200000000\"")]
    [InlineData("\"stepping\":2", "\"stepping\":-0")]
    [InlineData("\"provenance\":\"kernel\",\"source\":\"uname\"", "\"source\":\"uname\",\"provenance\":\"kernel\"")]
    public void Parse_OfAnotherFormOfTheSame_IsAcceptedAndNotCanonical(string find, string replace)
    {
        string written = Encoding.UTF8.GetString(SnapshotCodec.Write(Full));
        Assert.Contains(find, written, StringComparison.Ordinal);
        byte[] other = Encoding.UTF8.GetBytes(written.Replace(find, replace, StringComparison.Ordinal));

        SnapshotParse parse = SnapshotCodec.Parse(other);

        Assert.Null(parse.Error);
        Assert.False(parse.IsCanonical);
        Assert.False(SnapshotCodec.Write(parse.Snapshot!).AsSpan().SequenceEqual(other));
    }

    [Fact]
    public void Parse_OfTheIndentedForm_IsNotCanonical() => Assert.False(SnapshotCodec.Parse(Encoding.UTF8.GetBytes(SnapshotCodec.WriteIndented(Full))).IsCanonical);
}
