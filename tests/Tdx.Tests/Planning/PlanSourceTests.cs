using System.Text;
using CsCheck;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class PlanSourceTests
{
    private const string Iomem = "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n100000000-207fffffff : System RAM\n";

    [Fact]
    public void Read_APlan_KeepsItAsItWasWritten()
    {
        PlanSource source = Read("2 sockets x 32 GiB # two\nhole 2G-4G\n");

        Assert.True(source.IsWritten);
        Assert.Equal("2 sockets x 32 GiB # two\nhole 2G-4G\n", source.Text);
        Assert.Equal((Provenance.Hypothetical, null), (source.Machine!.Provenance, source.Refusal));
    }

    [Fact]
    public void Read_APlanWithMistakes_HasItsProblems()
    {
        PlanSource source = Read("2 sockets x 32 GB\n");

        Assert.Null(source.Machine);
        Assert.Equal(13, Assert.Single(source.Problems).Column);
        Assert.Null(source.Refusal);
    }

    [Fact]
    public void Read_AMemoryMap_IsAPlanWithItsAddresses()
    {
        PlanSource source = Read(Iomem);

        Assert.Equal("ram 0x1000-0xa0000@node0, ram 0x100000-0x80000000@node0, ram 0x100000000-0x2080000000@node0", source.Text);
        Assert.Equal((3L, 0L), (source.Log!.Used, source.Log.PassedOver));
        Assert.Equal(source.Machine!.Map.Blocks, PlanText.Parse(source.Text).Machine!.Map.Blocks);
        Assert.False(source.IsWritten);
    }

    [Fact]
    public void Read_ALogAndAMemoryMapTogether_TakesTheMemoryOfTheOneAndTheModuleOfTheOther()
    {
        PlanSource source = Read("[    1.2] virt/tdx: TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, build_date 20240725, build_num 784\n[    1.0] virt/tdx: BIOS enabled: private KeyID range [32, 64)\n" + Iomem);

        Assert.Equal(3, source.Machine!.Map.Blocks.Count);
        Assert.Equal(32, source.Machine.KeyIds);
        Assert.Contains("ram 0x100000000-0x2080000000@node0", source.Text, StringComparison.Ordinal);
        Assert.Contains("keyids 32", source.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("virt/tdx: module initialized\n", "there is no memory to plan with")]
    [InlineData("* nothing of this is a plan\n", "Nothing in the text speaks of TDX or of memory")]
    [InlineData("\u0000\u0001", "The file is binary.")]
    [InlineData("{\"format\": \"tdxprobe-dump\", \"version\": 2}", "tdxprobe show --replay FILE --json")]
    [InlineData("{\"schema\": 9999}", "The snapshot has schema 9999")]
    [InlineData("{\"schema\": 1}", "The snapshot")]
    public void Read_NothingToPlanWith_SaysWhyAndWhatToDo(string text, string refusal)
    {
        PlanSource source = Read(text);

        Assert.Contains(refusal, source.Refusal, StringComparison.Ordinal);
        Assert.Null(source.Machine);
        Assert.Empty(source.Text);
    }

    [Fact]
    public void Read_ASnapshot_GivesTheHostsOwnMachine()
    {
        Snapshot snapshot = TestSnapshots.WorkingHost();

        PlanSource canonical = Read(Encoding.UTF8.GetString(SnapshotCodec.Write(snapshot))), indented = Read(SnapshotCodec.WriteIndented(snapshot));

        Assert.Equal(canonical.Text, indented.Text);
        Assert.Equal(PlanText.Write(PlanImports.FromSnapshot(snapshot).Value), canonical.Text);
        Assert.Equal(snapshot.Layout.Layout.Provenance, canonical.Machine!.Provenance);
        Assert.Null(canonical.Log);
    }

    [Fact]
    public void Read_AMegabyteOfAPlan_NamesTheLimitOfPlans()
    {
        Assert.Contains("A plan has at most 65,536 characters.", Read(string.Concat(Enumerable.Repeat("add 1 GiB, ", 100_000))).Refusal, StringComparison.Ordinal);

        PlanSource shorter = Read(new string('x', 100_000));
        Assert.Contains("100,000 characters; at most 65,536", Assert.Single(shorter.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TextWithoutAnEnd_IsGivenUp()
    {
        var reader = new PlanSourceReader();
        byte[] zeros = new byte[64 << 10];
        int blocks = 0;
        for (; reader.WantsMore; blocks++)
        {
            reader.Feed(zeros);
        }

        Assert.InRange(blocks, 1, 8);
    }

    private static readonly string[] Texts = [Iomem, "1 socket x 8G", "{\"format\": \"tdxprobe-dump\"}", SnapshotCodec.WriteIndented(TestSnapshots.WorkingHost()), new('y', 300_000)];

    [Fact]
    public void Feed_InPiecesOfAnySize_GivesTheSame() =>
        Gen.Select(Gen.OneOf(Texts), Gen.Int[1, 5_000]).Sample((text, piece) =>
        {
            PlanSource whole = Read(text);
            var reader = new PlanSourceReader();
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            for (int at = 0; at < bytes.Length; at += piece)
            {
                reader.Feed(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
            }

            PlanSource pieces = reader.Finish();
            Assert.Equal((whole.Text, whole.Refusal, whole.IsWritten, whole.IsDump), (pieces.Text, pieces.Refusal, pieces.IsWritten, pieces.IsDump));
        }, iter: 50);

    private static PlanSource Read(string text) => PlanSourceReader.Read(text);
}
