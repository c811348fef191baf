using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Journal;

/// <summary>Ids with bit 63 and values above 2^53 and 2^63 survive what the probe writes: journal, capture, and the snapshot for programs.</summary>
public sealed class UnsignedValueTests
{
    private static readonly ulong[] Values = [ulong.MaxValue, 1UL << 63, (1UL << 63) + 1, (1UL << 53) + 1];

    // CMR_BASE has bit 63 in its id, CPUID_CONFIG_LEAVES too.
    private static readonly MetadataValue[] Metadata = [new(new FieldId(0x9000_0003_0000_0080), Values), new(new FieldId(0x9900_0003_0000_0400), Values)];

    private static Snapshot Host
    {
        get
        {
            Snapshot host = TestSnapshots.WorkingHost();
            return host with { Module = host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(Metadata, Provenance.Read, "TDH.SYS.RDALL") } };
        }
    }

    [Fact]
    public void Journal_ReopenedAfterAppend_HoldsThem()
    {
        using var folder = new StateFolder();
        using (var file = JournalFile.Open(folder.Path))
        {
            new JournalEntries(file).Append("11111111-1111-1111-1111-111111111111", DateTimeOffset.UnixEpoch, SnapshotCodec.Write(Host));
        }

        using var again = JournalFile.Open(folder.Path);
        Assert.Null(BodyCodec.TryExpand(new JournalEntries(again).NextPending()!.Body, out byte[] canonical));
        AssertHeld(SnapshotCodec.Parse(canonical).Snapshot);
    }

    [Fact]
    public void SnapshotForPrograms_ParsedAgain_HoldsThem() =>
        AssertHeld(SnapshotCodec.Parse(System.Text.Encoding.UTF8.GetBytes(SnapshotCodec.WriteIndented(Host))).Snapshot);

    [Fact]
    public void Capture_Replayed_HoldsThem()
    {
        var module = new ModuleChoice(ModuleKind.Device, new ModuleProfile("p", "/p"), trial: false, new TransportDoors(() => new LargeValues(), (_, _) => throw new NotSupportedException()));
        DumpParse parse = DumpCodec.Parse(DumpCodec.Write(HostDump.Capture(HostTree.TwoNodes().As(Origin.File), module, SnapshotSteps.Standard)));

        IReadOnlyList<MetadataValue> replayed = parse.Dump!.Replay(SnapshotSteps.Standard).Take().Module.Metadata.Value;

        Assert.Equal(new FieldId(0x9000_0003_0000_0080), replayed[0].Id);
        Assert.Equal(Values, replayed[0].Values.Take(Values.Length));
    }

    private static void AssertHeld(Snapshot? snapshot)
    {
        Assert.Equal(Metadata.Select(value => value.Id), snapshot!.Module.Metadata.Value.Select(value => value.Id));
        Assert.All(snapshot.Module.Metadata.Value, value => Assert.Equal(Values, value.Values));
    }

    /// <summary>A module whose CMR_BASE holds the values, by one list of one sequence.</summary>
    private sealed class LargeValues : ISeamcallTransport
    {
        private const int Slots = 32;

        public string Description => "kernel device /dev/tdxdash";

        public Provenance Provenance => Provenance.Read;

        public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
        {
            if (leaf != 37)
            {
                registers.Rax = 0xC000_0C00_0000_0000;
                registers.Rdx = ulong.MaxValue;
                return;
            }

            ulong header = 0x9000_0003_0000_0080 | ((ulong)(Slots - 1) << 38);
            ulong[] words = [(16 + (8 * Slots)) | (1 << 16), header, .. Values, .. new ulong[Slots - Values.Length]];
            for (int i = 0; i < words.Length; i++)
            {
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(page[(8 * i)..], words[i]);
            }

            registers.Rax = 0;
            registers.R8 = ulong.MaxValue;
        }

        public void Dispose()
        {
        }
    }
}
