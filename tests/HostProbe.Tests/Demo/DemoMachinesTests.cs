using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Demo;

public sealed class DemoMachinesTests
{
    public static TheoryData<string> Names => [.. DemoMachines.All.Select(machine => machine.Name)];

    [Fact]
    public void All_ADozen_HaveNamesAndIdsOfTheirOwn()
    {
        Assert.Equal(12, DemoMachines.All.Count);
        Assert.Equal(12, DemoMachines.All.Select(machine => machine.Name).Distinct().Count());
        Assert.Equal(12, DemoMachines.All.Select(machine => Guid.Parse(machine.HostId)).Distinct().Count());
        Assert.Equal(12, DemoMachines.All.Select(machine => Source(machine).BootId).Distinct().Count());
    }

    [Fact]
    public void Updatable_AsManyAsThereCanBe_HaveNamesAndIdsOfTheirOwnAndCanUpdate()
    {
        IReadOnlyList<DemoMachine> machines = [.. DemoMachines.All, .. DemoMachines.Updatable(DemoMachines.MostUpdatable)];

        Assert.Equal(machines.Count, machines.Select(machine => machine.Name).Distinct().Count());
        Assert.Equal(machines.Count, machines.Select(machine => Guid.Parse(machine.HostId)).Distinct().Count());
        Assert.All(machines.Skip(DemoMachines.All.Count), machine => Assert.True(machine.CanUpdate));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Take_EachMachine_IsADemoAndAllEmulated(string name)
    {
        Snapshot snapshot = Take(name);

        Assert.Equal(Origin.Demo, snapshot.Origin);
        string json = SnapshotCodec.WriteIndented(snapshot);
        foreach (string other in new[] { "read", "kernel", "computed", "reportedByFile" })
        {
            Assert.DoesNotContain($"\"provenance\": \"{other}\"", json, StringComparison.Ordinal);
        }

        Assert.Equal(name, snapshot.Host.Name.Value);
        Assert.True(snapshot.Host.Cpu.IsKnown && snapshot.Memory.Map.IsKnown && snapshot.Memory.Nodes.IsKnown && snapshot.Memory.FirmwareMap.IsKnown && snapshot.Kernel.LogLines.IsKnown);
        Assert.Null(SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Take_Twice_GivesTheSameBytes(string name) => Assert.Equal(SnapshotCodec.Write(Take(name)), SnapshotCodec.Write(Take(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Log_EachMachine_AgreesWithItsLayout(string name)
    {
        Snapshot snapshot = Take(name);
        TdmrLayout layout = snapshot.Layout.Layout.Value;
        IReadOnlyList<string> log = snapshot.Kernel.LogLines.Value;
        bool runs = snapshot.Module.Transport.IsKnown;

        Assert.Equal(runs && layout.Error == LayoutError.None, log.Contains($"virt/tdx: {layout.PamtKiB} KB allocated for PAMT"));
        Assert.All(runs ? layout.Log : [], line => Assert.Contains("virt/tdx: " + line, log));
    }

    [Fact]
    public void Take_MachineThatFails_LacksReservedAreas()
    {
        Snapshot snapshot = Take("demo-r2-b02");

        Assert.Equal(LayoutError.ENOSPC, snapshot.Layout.Layout.Value.Error);
        Assert.Contains("virt/tdx: initialization failed: TDMR [0x0, 0x80000000): reserved areas exhausted.", snapshot.Kernel.LogLines.Value);
        Assert.Contains("virt/tdx: module initialization failed (-28)", snapshot.Kernel.LogLines.Value);
    }

    [Fact]
    public void Take_MachineNearItsLimit_NeedsFifteenOfSixteen() => Assert.Equal(15, Take("demo-r1-b02").Layout.Layout.Value.PeakReserved);

    [Fact]
    public void Take_MachineWithCxl_HasANodeWithoutCpus()
    {
        Snapshot snapshot = Take("demo-r2-b01");

        Assert.Equal("", Assert.Single(snapshot.Memory.Nodes.Value, node => node.Id == 2).Cpus);
        Assert.Contains(snapshot.Memory.Map.Value, block => block.Node == 2);
    }

    [Fact]
    public void Take_MachineWithoutDebugfs_HasTheMapOfIomem()
    {
        Reading<IReadOnlyList<TdxDash.Tdx.Memory.MemoryBlock>> map = Take("demo-r1-b01").Memory.Map;

        Assert.StartsWith("/proc/iomem", map.Source, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3], map.Value.Select(block => block.Node).Distinct());
    }

    [Fact]
    public void Take_EightSockets_AreEightPackages()
    {
        CpuFacts cpu = Take("demo-r2-a03").Host.Cpu.Value;

        Assert.Equal((8, 896), (cpu.Packages, cpu.LogicalCpus));
    }

    private static Snapshot Take(string name) => Source(DemoMachines.Find(name)!).Take();

    private static ISnapshotSource Source(DemoMachine machine) => machine.Source(FakeTransport.Doors(), "/profiles", FakeSteps.Simple);
}
