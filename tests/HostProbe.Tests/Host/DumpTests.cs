using System.Text;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class DumpTests
{
    [Fact]
    public void Replay_OfACapture_GivesTheSameSnapshotButForItsOrigin()
    {
        // The stored tree stands for a live machine: recorded as such, it must come back as a file.
        HostFiles live = new AsLive(Tree().As(Origin.File));
        IModuleSource module = Device();
        Snapshot taken = new HostSnapshotSource(live, module, FakeSteps.Simple).Take();

        HostDump dump = Parsed(DumpCodec.Write(HostDump.Capture(live, module, FakeSteps.Simple)));
        HostSnapshotSource replay = dump.Replay(FakeSteps.Simple);
        Snapshot replayed = replay.Take();

        Assert.Equal((Origin.Live, Origin.File), (taken.Origin, replayed.Origin));
        Assert.Equal(Neutral(taken), Neutral(replayed));
        Assert.Equal(SnapshotCodec.Write(replayed), SnapshotCodec.Write(replay.Take()));
        Assert.Equal("3ab726ca-224c-4340-8632-07899af7f180", replay.BootId);
        Assert.Equal(Provenance.Read, taken.Module.Metadata.Provenance);
        Assert.Equal(Provenance.ReportedByFile, replayed.Module.Metadata.Provenance);
        Assert.Equal(Provenance.ReportedByFile, replayed.Memory.Map.Provenance);
        Assert.Equal(Provenance.Computed, replayed.Layout.Layout.Provenance);
    }

    [Fact]
    public void Replay_OfThisMachine_GivesTheSameSnapshotButForItsOrigin()
    {
        var choice = new ModuleChoice(ModuleKind.None, new ModuleProfile("p", "/p"), trial: false, FakeTransport.Doors());
        var live = new RecordingHostFiles(new LiveHostFiles());

        Snapshot taken = new HostSnapshotSource(live, choice, FakeSteps.Simple).Take();
        Snapshot replayed = Parsed(DumpCodec.Write(HostDump.Capture(live, choice, FakeSteps.Simple))).Replay(FakeSteps.Simple).Take();

        Assert.Equal(Neutral(taken), Neutral(replayed));
    }

    [Fact]
    public void Replay_OfAnEmulatedModule_StaysEmulated()
    {
        var choice = new ModuleChoice(ModuleKind.Emulated, new ModuleProfile("p", "/p"), trial: false, FakeTransport.Doors());

        Snapshot replayed = Parsed(DumpCodec.Write(HostDump.Capture(Tree().As(Origin.File), choice, FakeSteps.Simple))).Replay(FakeSteps.Simple).Take();

        Assert.Equal(Provenance.Emulated, replayed.Module.Transport.Provenance);
        Assert.Equal(Provenance.Emulated, replayed.Module.Metadata.Provenance);
    }

    [Fact]
    public void Replay_OfAShippedProfile_GivesTheSameMetadata()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "profiles", $"{ModuleProfile.Default}.profile");
        var choice = new ModuleChoice(ModuleKind.Emulated, new ModuleProfile(ModuleProfile.Default, path), trial: false, TransportDoors.Native);
        HostFiles files = Tree().As(Origin.File);

        Snapshot taken = new HostSnapshotSource(files, choice, SnapshotSteps.Standard).Take();
        Snapshot replayed = Parsed(DumpCodec.Write(HostDump.Capture(files, choice, SnapshotSteps.Standard))).Replay(SnapshotSteps.Standard).Take();

        Assert.Equal(SnapshotCodec.WriteIndented(taken), SnapshotCodec.WriteIndented(replayed));
    }

    [Fact]
    public void Replay_OfADemo_StaysADemo() =>
        Assert.Equal(Origin.Demo, Parsed(DumpCodec.Write(HostDump.Capture(Tree().As(Origin.Demo), Device(), FakeSteps.Simple))).Replay(FakeSteps.Simple).Take().Origin);

    [Fact]
    public void Replay_ErrorsAndBinaryFiles_ComeBack()
    {
        byte[] srat = [0x53, 0xff, 0x00, 0x80];
        HostFiles files = Tree().With("/sys/firmware/acpi/tables/SRAT", HostAccess.File(srat)).With("/dev/kmsg", HostAccess.Failed(AccessFailure.Denied, "Permission denied."))
            .Without("/sys/devices/system/memory/block_size_bytes").As(Origin.File);

        HostDump dump = Parsed(DumpCodec.Write(HostDump.Capture(files, Device(), FakeSteps.Simple)));

        Assert.Equal(srat, dump.Files["/sys/firmware/acpi/tables/SRAT"].Content);
        Assert.Equal(AccessFailure.Denied, dump.Files["/dev/kmsg"].Error!.Failure);
        Assert.Equal(AccessFailure.Absent, dump.Files["/sys/devices/system/memory/block_size_bytes"].Error!.Failure);
    }

    [Fact]
    public void Replay_OfPiecesAndStructures_GivesTheSameBytes()
    {
        byte[] answer = KvmDevice.Ask("/dev/kvm", new FakeKvm())!.Content!;
        HostFiles files = Tree().WithBytes(HostFiles.PieceOf("/dev/cpu/0/msr", 0x87), 0x1F, 0, 0, 0, 0x20, 0, 0, 0).WithBytes(HostFiles.Kvm, answer)
            .With(HostFiles.PieceOf("/dev/cpu/0/msr", 0x981), HostAccess.Failed(AccessFailure.Refused, "The kernel answered with an input/output error."))
            .With("/sys/class/firmware/tdx_module/status", "programming\n")
            .With("/sys/class/firmware/tdx_module/error", HostAccess.Failed(AccessFailure.Busy, "The kernel answered that it is busy.")).As(Origin.File);

        PlatformFacts platform = Parsed(DumpCodec.Write(HostDump.Capture(files, Device(), FakeSteps.Simple))).Replay(FakeSteps.Simple).Take().Platform!;

        Assert.Equal(0x20_0000_001FUL, platform.KeyIdPartitioning.Value);
        Assert.Equal(ReadingState.NotOffered, platform.TmeCapability.State);
        Assert.Equal(70, platform.KvmTdx.Value.Cpuid.Count);
        Assert.Equal(new ModuleUpdateNode("programming", ""), platform.ModuleUpdate.Value);
    }

    [Fact]
    public void Replay_OfADumpOfVersion1_SaysWhatItsProbeDidNotRead()
    {
        Snapshot snapshot = Parsed(File.ReadAllBytes(Repository.Data("dumps", "version1.json"))).Replay(FakeSteps.Simple).Take();

        Assert.Equal("rack1-a07", snapshot.Host.Name.Value);
        Assert.True(snapshot.Memory.Map.IsKnown && snapshot.Kernel.LogLines.IsKnown);
        Assert.Equal(ReadingState.NotOffered, snapshot.Kernel.SeamldrVersion.State);
        foreach (IReading reading in new IReading[] { snapshot.Platform!.KeyIdPartitioning, snapshot.Platform.KvmTdx, snapshot.Platform.ModuleUpdate, snapshot.Platform.KeyIdsInUse, snapshot.Platform.MemoryBlocks, snapshot.Platform.AttestationServices })
        {
            Assert.Equal(ReadingState.Unreadable, reading.State);
            Assert.Contains("The capture does not hold it", reading.Reason, StringComparison.Ordinal);
            Assert.Contains("Capture the host again", reading.Remedy, StringComparison.Ordinal);
        }

        Assert.Null(SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Error);
    }

    [Fact]
    public void Seamcall_NotRecorded_SaysSo()
    {
        HostDump dump = HostDump.Capture(Tree().As(Origin.File), Device(), FakeSteps.Simple);
        using ISeamcallTransport transport = new RecordedModuleSource(dump.Module).Open([]).Transport!;
        var registers = new SeamcallRegisters { Rdx = 5 };

        SeamcallTransportException e = Assert.Throws<SeamcallTransportException>(() => transport.Seamcall(34, ref registers, default));

        Assert.Contains("leaf 34", e.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"version\": 2", "\"version\": 3", "version 3; this probe reads up to 2")]
    [InlineData("\"version\": 2", "\"version\": 0", "version is 0")]
    [InlineData("tdxprobe-dump", "other-dump", "format is 'other-dump'")]
    [InlineData("\"demo\"", "\"extra\": 1, \"demo\"", "extra")]
    [InlineData("\"demo\": false,", "", "demo")]
    [InlineData("\"path\": \"/proc/iomem\"", "\"path\": \"proc/iomem\"", "not absolute")]
    [InlineData("\"path\": \"/proc/iomem\"", "\"path\": \"/proc/cpuinfo\"", "occurs twice")]
    [InlineData("\"failure\": \"absent\"", "\"failure\": \"gone\"", "'gone'")]
    [InlineData("\"page\": \"QEBA", "\"page\": \"QEBAQEBA", "page of 4099 bytes")]
    [InlineData("\"0x77\"", "\"77\"", "'77'")]
    [InlineData("\"0x77\",", "", "6 registers")]
    [InlineData("\"leaf\": 37", "\"leaf\": -1", "leaf -1")]
    [InlineData("\"files\": [", "\"files\": [null,", "null")]
    public void Parse_Changed_IsRefusedWithReasonAndRemedy(string old, string changed, string why)
    {
        string text = Text();
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, text);

        DumpParse parse = DumpCodec.Parse(Encoding.UTF8.GetBytes(text[..at] + changed + text[(at + old.Length)..]));

        Assert.Null(parse.Dump);
        Assert.Contains(why, parse.Error, StringComparison.Ordinal);
        Assert.Contains(why.Contains("reads up to", StringComparison.Ordinal) ? "Use a probe" : "Capture the host again", parse.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CutOffAnywhere_IsRefused()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Text().TrimEnd());
        for (int length = 0; length < whole.Length; length += 97)
        {
            Assert.Null(DumpCodec.Parse(whole.AsSpan(0, length)).Dump);
        }
    }

    [Fact]
    public void Parse_TooLarge_IsRefused() => Assert.Contains("at most", DumpCodec.Parse(new byte[DumpCodec.MaxBytes + 1]).Error, StringComparison.Ordinal);

    private static HostTree Tree() => HostTree.TwoNodes();

    private static ModuleChoice Device() => new(
        ModuleKind.Device, new ModuleProfile("p", "/p"), trial: false,
        new TransportDoors(() => new FakeTransport("kernel device /dev/tdxdash", Provenance.Read), (_, _) => throw new NotSupportedException()));

    private static string Text() => Encoding.UTF8.GetString(DumpCodec.Write(HostDump.Capture(Tree().As(Origin.File), Device(), FakeSteps.Simple)));

    private static HostDump Parsed(byte[] bytes)
    {
        DumpParse parse = DumpCodec.Parse(bytes);
        Assert.Null(parse.Error);
        return parse.Dump!;
    }

    /// <summary>A snapshot's JSON with every origin and every provenance of what was read made the same.</summary>
    private static string Neutral(Snapshot snapshot) => SnapshotCodec.WriteIndented(snapshot)
        .Replace("\"origin\": \"live\"", "\"origin\": \"file\"", StringComparison.Ordinal)
        .Replace("\"provenance\": \"kernel\"", "\"provenance\": \"reportedByFile\"", StringComparison.Ordinal)
        .Replace("\"provenance\": \"read\"", "\"provenance\": \"reportedByFile\"", StringComparison.Ordinal);

    private sealed class AsLive(HostFiles inner) : HostFiles
    {
        public override Origin Origin => Origin.Live;

        public override HostAccess Read(string path) => inner.Read(path);

        public override HostAccess ReadAt(string path, ulong offset, int count) => inner.ReadAt(path, offset, count);

        public override HostAccess List(string path) => inner.List(path);
    }
}
