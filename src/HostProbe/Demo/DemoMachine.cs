using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Demo;

/// <summary>One made-up machine: the files that a real host of its shape has, and an emulated TDX module. All of it is labelled as a
/// demo and as emulated.</summary>
public sealed class DemoMachine
{
    private readonly int _number;
    private readonly DemoShape _shape;

    internal DemoMachine(int number, string name, string about, DemoShape shape)
    {
        _number = number;
        _shape = shape;
        Name = name;
        About = about;
    }

    /// <summary>The host name.</summary>
    public string Name { get; }

    /// <summary>What it is, in a few words.</summary>
    public string About { get; }

    /// <summary>The fixed host id.</summary>
    public string HostId => string.Create(CultureInfo.InvariantCulture, $"de300000-7d00-4000-8000-{_number:d12}");

    /// <summary>The machine's files.</summary>
    /// <param name="steps">Builds the layout whose PAMT the machine's kernel log tells.</param>
    public HostFiles Files(SnapshotSteps steps)
    {
        var tree = new DemoTree();
        DemoSources.AddMachine(tree, Name, BootId, _shape);
        DemoSources.AddMemory(tree, _shape);
        DemoSources.AddTdx(tree, _shape);
        DemoPlatform.Add(tree, _shape);
        tree.Add(HostFiles.KernelLog, DemoKernelLog.Text(_shape, steps));
        return new StoredHostFiles(Origin.Demo, tree.Files, tree.Folders);
    }

    /// <summary>The way to the machine's emulated module.</summary>
    /// <param name="doors">The ways to open a transport.</param>
    /// <param name="profileFolder">The folder of the profiles.</param>
    public IModuleSource Module(TransportDoors doors, string profileFolder)
    {
        if (_shape.State != DemoState.Runs)
        {
            return new SilentModule(_shape.State);
        }

        ModuleProfile profile = ModuleProfile.Find(_shape.Profile, profileFolder) ?? new ModuleProfile(_shape.Profile, Path.Combine(profileFolder, _shape.Profile));
        return new ModuleChoice(ModuleKind.Emulated, profile, trial: true, doors);
    }

    /// <summary>Whether its module runs on a kernel that can update it at run time.</summary>
    public bool CanUpdate => _shape is { State: DemoState.Runs, Kernel: DemoKernel.Mainline72 };

    /// <summary>The kernel's release.</summary>
    public string KernelRelease => DemoSources.Release(_shape.Kernel);

    internal DemoShape Shape => _shape;

    /// <summary>The machine as a source of snapshots.</summary>
    public ISnapshotSource Source(TransportDoors doors, string profileFolder, SnapshotSteps steps) =>
        new HostSnapshotSource(Files(steps), Module(doors, profileFolder), steps);

    private string BootId => string.Create(CultureInfo.InvariantCulture, $"de300000-b007-4000-8000-{_number:d12}");

    private sealed class SilentModule(DemoState state) : IModuleSource
    {
        public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory) => state == DemoState.OffInBios
            ? ModuleOpening.Closed("No TDX module runs: TDX is off in the BIOS of this demo machine.", "Turn TDX on in the BIOS.")
            : ModuleOpening.Closed("The TDX module of this demo machine is too old: it refuses TDH.SYS.RD.", "Install a TDX module from 1.5 on.");
    }
}
