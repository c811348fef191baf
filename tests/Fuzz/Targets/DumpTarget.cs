using TdxDash.Fuzz.Engine;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Targets;

/// <summary>A captured dump, and the snapshot that its replay gives.</summary>
internal sealed class DumpTarget() : FuzzTarget("dump")
{
    public override int MaxLength => 96 << 10;

    public override IEnumerable<byte[]> Seeds()
    {
        StoredHostFiles files = HostTree.Parse(HostTree.Text());
        foreach (ModuleKind kind in new[] { ModuleKind.None, ModuleKind.Device, ModuleKind.Emulated })
        {
            var choice = new ModuleChoice(kind, new ModuleProfile("oracle", Repository.Data("profiles", "oracle-sysrd.profile")), trial: false, TransportDoors.Native);
            yield return DumpCodec.Write(HostDump.Capture(files, choice, SnapshotSteps.Standard));
        }
    }

    public override string Check(byte[] input)
    {
        DumpParse parse = DumpCodec.Parse(input);
        if (parse.Dump is null)
        {
            Promise(parse.Error is { Length: > 0 }, "a refusal gives no reason");
            return parse.Error!;
        }

        byte[] written = DumpCodec.Write(parse.Dump);
        DumpParse again = DumpCodec.Parse(written);
        Promise(again.Dump is not null, $"it is refused after being written: {again.Error}");
        Promise(DumpCodec.Write(again.Dump!).AsSpan().SequenceEqual(written), "it changes when it is parsed and written");
        Snapshot snapshot = parse.Dump.Replay(SnapshotSteps.Standard).Take();
        SnapshotTarget.HoldTogether(snapshot);
        return $"accepted {snapshot.Memory.Map.State} {snapshot.Module.Metadata.State} {snapshot.Kernel.LogLines.State}";
    }
}
