using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class ModuleChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-profiles").FullName;

    [Fact]
    public void Open_AutoWithoutTrial_NeverEmulates()
    {
        ModuleOpening opening = Open(ModuleKind.Auto, trial: false);

        Assert.Null(opening.Transport);
        Assert.Equal("/dev/tdxdash does not exist.", opening.Description.Reason);
        Assert.NotEmpty(opening.Description.Remedy);
    }

    [Fact]
    public void Open_AutoOnTrial_EmulatesAndSaysSo() => Assert.Equal(Provenance.Emulated, Open(ModuleKind.Auto, trial: true).Description.Provenance);

    [Theory]
    [InlineData(ModuleKind.Device, ReadingState.Unreadable)]
    [InlineData(ModuleKind.None, ReadingState.NotOffered)]
    [InlineData(ModuleKind.Emulated, ReadingState.Known)]
    public void Open_EachKind_GivesItsState(ModuleKind kind, ReadingState state) => Assert.Equal(state, Open(kind, trial: true).Description.State);

    [Theory]
    [InlineData(ModuleKind.Auto)]
    [InlineData(ModuleKind.Device)]
    public void Open_EmulatingDeviceWithoutTrial_IsRefusedWithReasonAndClosed(ModuleKind kind)
    {
        var device = new FakeTransport("kernel device /dev/tdxdash, emulated by the kernel module", Provenance.Emulated);

        ModuleOpening opening = Choose(kind, trial: false, device).Open([]);

        Assert.Null(opening.Transport);
        Assert.Equal(ReadingState.Unreadable, opening.Description.State);
        Assert.Equal("The kernel device /dev/tdxdash, emulated by the kernel module, is refused: all that it answers is made up, and this is no trial.", opening.Description.Reason);
        Assert.Contains("--trial", opening.Description.Remedy, StringComparison.Ordinal);
        Assert.True(device.IsDisposed);
    }

    [Theory]
    [InlineData(ModuleKind.Auto, true, Provenance.Emulated)]
    [InlineData(ModuleKind.Device, true, Provenance.Emulated)]
    [InlineData(ModuleKind.Auto, false, Provenance.Read)]
    [InlineData(ModuleKind.Device, false, Provenance.Read)]
    public void Open_DeviceThatIsAllowed_IsUsedAndLabelled(ModuleKind kind, bool trial, Provenance provenance)
    {
        var device = new FakeTransport("kernel device /dev/tdxdash", provenance);

        ModuleOpening opening = Choose(kind, trial, device).Open([]);

        Assert.Same(device, opening.Transport);
        Assert.Equal(provenance, opening.Description.Provenance);
    }

    [Fact]
    public void Open_NoNativeLibrary_IsAReasonAndNotACrash()
    {
        var doors = new TransportDoors(() => throw new DllNotFoundException("libtdxdash.so"), (_, _) => throw new DllNotFoundException("libtdxdash.so"));
        var choice = new ModuleChoice(ModuleKind.Auto, new ModuleProfile("p", "/p"), trial: true, doors);

        Assert.Contains("libtdxdash", choice.Open([]).Description.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_Emulated_HasTheCmrsOfTheMachine()
    {
        var seen = new List<IReadOnlyList<AddressRange>>();
        var choice = new ModuleChoice(ModuleKind.Emulated, new ModuleProfile("p", "/p"), trial: false, FakeTransport.Doors(seen));

        choice.Open([Block(0x1000, 0x9f000), Block(0x80000, 0x40000000), Block(0x40000000, 0x80000000, node: 1), Block(0x1_0000_0000, 0x2_0000_0800)]);

        Assert.Equal([new AddressRange(0x100000, 0x80000000), new AddressRange(0x1_0000_0000, 0x2_0000_0000)], Assert.Single(seen));
    }

    [Fact]
    public void Cmrs_TooMany_CloseTheSmallestGaps()
    {
        List<MemoryBlock> blocks = [.. Enumerable.Range(1, 40).Select(i => Block((ulong)i << 30, ((ulong)i << 30) + ByteSize.MiB))];
        blocks[20] = Block(21UL << 30, (22UL << 30) - ByteSize.MiB);

        IReadOnlyList<AddressRange> cmrs = EmulatedCmrs.Of(blocks);

        Assert.Equal(EmulatedCmrs.Most, cmrs.Count);
        Assert.All(blocks, block => Assert.Contains(cmrs, cmr => cmr.Contains(block.Range)));
        Assert.Contains(cmrs, cmr => cmr.Contains(new AddressRange(21UL << 30, (22UL << 30) + ByteSize.MiB)));
    }

    [Fact]
    public void Find_NameOrPath_FindsOrLists()
    {
        File.WriteAllText(Path.Combine(_folder, "tdx-1.5.08-emr.profile"), "");
        File.WriteAllText(Path.Combine(_folder, "tdx-2.0.08-gnr.profile"), "");

        Assert.Equal("tdx-1.5.08-emr", ModuleProfile.Find("tdx-1.5.08-emr", _folder)!.Name);
        Assert.Equal("./my.profile", ModuleProfile.Find("./my.profile", _folder)!.Path);
        Assert.Null(ModuleProfile.Find("tdx-9", _folder));
        Assert.Contains("tdx-1.5.08-emr, tdx-2.0.08-gnr", ModuleProfile.Unknown("tdx-9", _folder), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ModuleOpening Open(ModuleKind kind, bool trial) => new ModuleChoice(kind, new ModuleProfile("p", "/p"), trial, FakeTransport.Doors()).Open([]);

    private static ModuleChoice Choose(ModuleKind kind, bool trial, FakeTransport device) =>
        new(kind, new ModuleProfile("p", "/p"), trial, FakeTransport.Doors() with { Device = () => device });

    private static MemoryBlock Block(ulong start, ulong end, int node = 0) => new(new AddressRange(start, end), node);
}
