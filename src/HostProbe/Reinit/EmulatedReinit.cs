using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Performs what a kernel does with its TDX module, on an emulated one, and writes what a kernel would show into a tree: the boot
/// that initialises it, and an update at run time. No real module can be reached from here.</summary>
/// <param name="tree">Where it is shown.</param>
/// <param name="room">The platform.</param>
/// <param name="speed">1 for durations like those of a machine, larger for less.</param>
/// <param name="time">The clock.</param>
internal sealed class EmulatedReinit(EmulatedTree tree, EmulatedMachineRoom room, double speed, TimeProvider time) : IModuleSource, IDisposable
{
    private const string Tdx = "virt/tdx: ", Seamldr = "seamldr: ";
    internal const string Node = "/sys/class/firmware/tdx_module";
    private const string Version = UpdateFiles.Device + "/version", UpdatesLeft = UpdateFiles.Device + "/num_remaining_updates";
    private const ulong NoEntropy = 0x8000_0203_0000_0000;

    // RDRAND_RETRY_LOOPS of Linux.
    private const int EntropyTries = 10;
    private const int ImageBytes = 1 << 20;
    private const int ProgressSteps = 100;

    // One in 100 ms: a page is drawn four times a second, and each is journaled, delivered and stored, which no real host's kernel shows so much to do.
    private const int ShownSteps = 5;

    private readonly Lock _gate = new();
    private EmulatedModule? _machine;
    private bool _answers;

    /// <inheritdoc/>
    public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory)
    {
        lock (_gate)
        {
            return _machine is { } machine && _answers
                ? ModuleOpening.Open(new Borrowed(machine.Transport))
                : ModuleOpening.Closed("The emulated TDX module does not answer: it is being replaced, or was lost.", tree.IsDown ? "Boot it again: re-initialise it." : "Wait until it is there again.");
        }
    }

    /// <summary>Whether a module was started here.</summary>
    public bool IsStarted => _machine is not null;

    /// <summary>Starts with a module that runs already.</summary>
    public void StartReady(ModuleProfile profile) => Replace(profile, isReady: true);

    /// <summary>Boots: loads the module and initialises it as Linux 7.2 does.</summary>
    /// <returns>Whether it runs now.</returns>
    public async Task<bool> BootAsync(ModuleProfile profile, CancellationToken cancellation)
    {
        EmulatedModule machine = Replace(profile, isReady: false);
        tree.Remove(Version);
        tree.Remove(UpdatesLeft);
        WriteNode("idle", "", null);
        machine.Stage(profile.Path, InstallScenario.Load, new PhysAddr(EmulatedMachineRoom.Params));
        if (!await InstallAsync(machine, cancellation))
        {
            tree.Log(Tdx + "module not loaded");
            return Lost();
        }

        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{Tdx}BIOS enabled: private KeyID range [{room.KeyIds.First}, {room.KeyIds.End})"));
        await WaitAsync(300, cancellation);
        if (!await InitAsync(machine, cancellation))
        {
            return BootFailed();
        }

        tree.Log($"{Tdx}Module version: {VersionOf(machine)}");
        foreach (string line in room.Layout.Log)
        {
            tree.Log(Tdx + line);
        }

        if (room.Layout.Error != LayoutError.None)
        {
            return BootFailed(room.Layout.Error == LayoutError.ENOMEM ? -12 : -28);
        }

        if (!await ConfigureAsync(machine, cancellation) || !await InitTdmrsAsync(machine, cancellation))
        {
            return BootFailed();
        }

        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{Tdx}{room.Layout.PamtKiB} KB allocated for PAMT"));
        tree.Log(Tdx + "TDX-Module initialized");
        return Runs(machine, profile);
    }

    /// <summary>Updates the module at run time, as the firmware-upload class of Linux 7.2 does.</summary>
    /// <returns>Whether the new module runs.</returns>
    public async Task<bool> UpdateAsync(ModuleProfile to, string fault, ulong seed, CancellationToken cancellation)
    {
        EmulatedModule machine = _machine ?? throw new InvalidOperationException("No emulated module was started.");
        await WaitAsync(500, cancellation);
        machine.Inject(seed, ReinitFault.Of(fault));
        WriteNode("idle", "", null, loading: true);
        await WaitAsync(400, cancellation);
        foreach (string status in new[] { "receiving", "preparing", "transferring" })
        {
            WriteNode(status, null, ImageBytes);
            await WaitAsync(300, cancellation);
        }

        bool? done = await ReplaceInKernelAsync(machine, to, cancellation);
        if (done == true)
        {
            WriteNode("programming", null, 0);
            Runs(machine, to);
            await WaitAsync(100, cancellation);
        }
        else if (done is null)
        {
            tree.Log(Seamldr + "update failed, SEAMCALLs will report failure until TDs killed");
            Lost();
        }
        else
        {
            _answers = true;
        }

        machine.Inject(seed, []);
        WriteNode("idle", done == true ? "" : "transferring:firmware-invalid", null);
        return done == true;
    }

    /// <inheritdoc/>
    public void Dispose() => _machine?.Dispose();

    /// <returns>True where the new module runs, false where the old one does, null where none does.</returns>
    private async Task<bool?> ReplaceInKernelAsync(EmulatedModule machine, ModuleProfile to, CancellationToken cancellation)
    {
        ulong handoff = Field(machine, "MODULE_HV");
        _answers = false;
        if (!Succeeds(machine, 0, EmulatedLeaf.SysShutdown, Tdx, handoff))
        {
            tree.Show(EmulatedStep.Shutdown, 0, 1, failed: true);
            return false;
        }

        tree.Show(EmulatedStep.Shutdown, 1, 1);
        await WaitAsync(200, cancellation);
        machine.Stage(to.Path, InstallScenario.Update, new PhysAddr(EmulatedMachineRoom.Params));
        if (!await InstallAsync(machine, cancellation) || !await InitAsync(machine, cancellation))
        {
            return null;
        }

        tree.Show(EmulatedStep.HandOver, 0, 1);
        if (!Succeeds(machine, 0, EmulatedLeaf.SysUpdate, Tdx))
        {
            return null;
        }

        tree.Show(EmulatedStep.HandOver, 1, 1);
        await WaitAsync(200, cancellation);
        return true;
    }

    private async Task<bool> InstallAsync(EmulatedModule machine, CancellationToken cancellation)
    {
        for (int cpu = 0; cpu < room.Processors; cpu++)
        {
            if (!Succeeds(machine, cpu, EmulatedLeaf.SeamldrInstall, Seamldr, EmulatedMachineRoom.Params))
            {
                tree.Show(EmulatedStep.Install, cpu, room.Processors, failed: true);
                return false;
            }

            await ShowAsync(EmulatedStep.Install, cpu + 1, room.Processors, 500, cancellation);
        }

        return true;
    }

    private async Task<bool> InitAsync(EmulatedModule machine, CancellationToken cancellation)
    {
        tree.Show(EmulatedStep.SysInit, 0, 1);
        if (!Succeeds(machine, 0, EmulatedLeaf.SysInit, Tdx))
        {
            return false;
        }

        for (int cpu = 0; cpu < room.Processors; cpu++)
        {
            if (!Succeeds(machine, cpu, EmulatedLeaf.SysLpInit, Tdx))
            {
                return false;
            }

            await ShowAsync(EmulatedStep.PerCpu, cpu + 1, room.Processors, 500, cancellation);
        }

        return true;
    }

    private async Task<bool> ConfigureAsync(EmulatedModule machine, CancellationToken cancellation)
    {
        (ulong array, ulong count) = room.LayTdmrs(machine);
        var registers = new SeamcallRegisters { Rcx = array, Rdx = count, R8 = room.KeyIds.First };
        tree.Show(EmulatedStep.Config, 0, 1);
        await WaitAsync(200, cancellation);
        if (!Succeeds(machine, 0, EmulatedLeaf.SysConfig, Tdx, ref registers))
        {
            return false;
        }

        tree.Show(EmulatedStep.Config, 1, 1);
        for (int package = 0; package < room.Packages; package++)
        {
            if (!Succeeds(machine, machine.Packages[package].FirstProcessor, EmulatedLeaf.SysKeyConfig, Tdx))
            {
                return false;
            }

            await ShowAsync(EmulatedStep.KeyConfig, package + 1, room.Packages, 300, cancellation);
        }

        return true;
    }

    private async Task<bool> InitTdmrsAsync(EmulatedModule machine, CancellationToken cancellation)
    {
        ulong total = machine.State.TdmrSize.Bytes, shown = 0;
        foreach (EmulatedTdmr tdmr in machine.Tdmrs)
        {
            for (ulong next = tdmr.Range.Start.Value; next < tdmr.Range.End.Value;)
            {
                var registers = new SeamcallRegisters { Rcx = tdmr.Range.Start.Value };
                if (!Succeeds(machine, 0, EmulatedLeaf.SysTdmrInit, Tdx, ref registers))
                {
                    return false;
                }

                bool stepped = registers.Rdx != next;
                next = registers.Rdx;
                if (stepped && machine.State.InitializedSize.Bytes is var done && (done - shown) * ProgressSteps >= total)
                {
                    shown = done;
                    tree.Show(EmulatedStep.TdmrInit, (long)done, (long)total);
                    await WaitAsync(2_000 / ProgressSteps, cancellation);
                }
            }
        }

        tree.Show(EmulatedStep.TdmrInit, (long)total, (long)total);
        return true;
    }

    private bool Succeeds(EmulatedModule machine, int cpu, EmulatedLeaf leaf, string prefix, ulong rcx = 0)
    {
        var registers = new SeamcallRegisters { Rcx = rcx };
        return Succeeds(machine, cpu, leaf, prefix, ref registers);
    }

    // As seamcall_prerr of Linux: again while there is no entropy, and a failure is logged with its registers.
    private bool Succeeds(EmulatedModule machine, int cpu, EmulatedLeaf leaf, string prefix, ref SeamcallRegisters registers)
    {
        SeamcallRegisters given = registers;
        ulong status = NoEntropy;
        for (int i = 0; i < EntropyTries && (status & SeamcallStatus.NameMask) == NoEntropy; i++)
        {
            registers = given;
            status = machine.Call(cpu, leaf, ref registers);
        }

        if (status == SeamcallStatus.Success)
        {
            return true;
        }

        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{prefix}SEAMCALL (0x{(ulong)leaf:x16}) failed: 0x{status:x16}"));
        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{prefix}RCX 0x{registers.Rcx:x16} RDX 0x{registers.Rdx:x16} R08 0x{registers.R8:x16}"));
        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{prefix}R09 0x{registers.R9:x16} R10 0x{registers.R10:x16} R11 0x{registers.R11:x16}"));
        return false;
    }

    private EmulatedModule Replace(ModuleProfile profile, bool isReady)
    {
        lock (_gate)
        {
            _machine?.Dispose();
            _machine = EmulatedModule.Open(profile.Path);
            room.SetUp(_machine, isReady);
            _answers = isReady;
            return _machine;
        }
    }

    private bool Runs(EmulatedModule machine, ModuleProfile profile)
    {
        tree.Write(UpdatesLeft, machine.State.RemainingUpdates.ToString(CultureInfo.InvariantCulture) + "\n");
        tree.Write(Version, VersionOf(machine) + "\n");
        tree.Remember(profile.Name);
        _answers = true;
        return true;
    }

    private bool BootFailed(int error = -5)
    {
        tree.Log(string.Create(CultureInfo.InvariantCulture, $"{Tdx}TDX-Module initialization failed ({error})"));
        return Lost();
    }

    private bool Lost()
    {
        tree.Lose(Version);
        tree.Lose(UpdatesLeft);
        tree.Remember(null);
        _answers = false;
        return false;
    }

    // In the order in which nobody who reads between two files sees an upload at rest that goes on: "loading" is taken back last.
    private void WriteNode(string status, string? error, long? remaining, bool loading = false)
    {
        tree.Write(Node + "/remaining_size", string.Create(CultureInfo.InvariantCulture, $"{remaining ?? 0}\n"));
        if (error is not null)
        {
            tree.Write(Node + "/error", error + "\n");
        }

        tree.Write(Node + "/status", status + "\n");
        tree.Write(Node + "/loading", loading ? "1\n" : "0\n");
    }

    private static string VersionOf(EmulatedModule machine) => new ModuleVersion(
        (int)Field(machine, "MAJOR_VERSION"), (int)Field(machine, "MINOR_VERSION"), (int)Field(machine, "UPDATE_VERSION")).ToString();

    private static ulong Field(EmulatedModule machine, string name)
    {
        var registers = new SeamcallRegisters { Rdx = MetadataCatalogue.Find(name)!.Id.Value };
        machine.Transport.Seamcall(SeamcallLeaf.SysRd, ref registers, default);
        return registers.R8;
    }

    private async Task ShowAsync(EmulatedStep step, int done, int total, int milliseconds, CancellationToken cancellation)
    {
        int shown = Math.Max(1, total / ShownSteps);
        if (done == total || done % shown == 0)
        {
            tree.Show(step, done, total);
            await WaitAsync((double)milliseconds * shown / total, cancellation);
        }
    }

    private Task WaitAsync(double milliseconds, CancellationToken cancellation) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds / speed), time, cancellation);

    private sealed class Borrowed(ISeamcallTransport transport) : ISeamcallTransport
    {
        public string Description => transport.Description;

        public Tdx.Snapshots.Provenance Provenance => transport.Provenance;

        public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page) => transport.Seamcall(leaf, ref registers, page);

        public void Dispose()
        {
            // Whoever performs owns it.
        }
    }
}
