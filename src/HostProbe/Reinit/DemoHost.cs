using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Reinit;

/// <summary>A demo machine whose emulated module can be re-initialised: the files that its life changes lie in a tree, above those that
/// the machine was made with. It answers the dashboard's request; no other machine's probe does.</summary>
internal sealed class DemoHost : IDisposable
{
    private readonly DemoMachine _machine;
    private readonly string _profileFolder;
    private readonly EmulatedTree? _tree;
    private readonly EmulatedReinit? _performer;
    private readonly ProbeLog _log;
    private readonly CancellationToken _stopping;
    private int _busy;

    /// <summary>Makes it.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="treeFolder">Where its tree lies; made when absent, taken up where a tree is there.</param>
    /// <param name="profileFolder">The folder of the profiles.</param>
    /// <param name="doors">The ways to a module.</param>
    /// <param name="steps">The computations of a snapshot.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where the service says what it does.</param>
    /// <param name="stopping">Ends what is being performed.</param>
    public DemoHost(DemoMachine machine, string treeFolder, string profileFolder, TransportDoors doors, SnapshotSteps steps, TimeProvider time, TextWriter log, CancellationToken stopping)
    {
        (_machine, _profileFolder, _log, _stopping) = (machine, profileFolder, new ProbeLog(log, time), stopping);
        HostFiles made = machine.Files(steps);
        IModuleSource module = machine.Module(doors, profileFolder);
        Files = made;
        if (machine.CanUpdate)
        {
            var changing = new DemoTree();
            foreach (string path in new[] { HostFiles.KernelLog, UpdateFiles.Device + "/version", UpdateFiles.Device + "/num_remaining_updates" })
            {
                changing.Files.Add(path, made.Read(path));
            }

            _tree = EmulatedTree.Open(treeFolder, changing, time);
            _performer = new EmulatedReinit(_tree, new EmulatedMachineRoom(machine.Shape, steps), 1, time);
            Files = new OverlaidHostFiles(made, _tree.Root);
            module = new Changed(this, module);
        }

        Source = new HostSnapshotSource(Files, module, steps);
    }

    /// <summary>The machine's files.</summary>
    public HostFiles Files { get; }

    /// <summary>The machine as a source of snapshots.</summary>
    public ISnapshotSource Source { get; }

    /// <summary>Begins what the dashboard asks for.</summary>
    public ReinitReply Perform(ReinitRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_performer is null || _tree is null)
        {
            return new ReinitReply(false, $"This demo machine runs Linux {_machine.KernelRelease} or has no module that runs; only from Linux 7.2 on a module is updated at run time. Choose another demo machine.");
        }

        string profile = request.Profile ?? "", fault = request.Fault ?? "";
        if (profile.Contains('/', StringComparison.Ordinal) || ModuleProfile.Find(profile, _profileFolder) is not { } to)
        {
            return new ReinitReply(false, ModuleProfile.Unknown(profile, _profileFolder));
        }

        if (fault.Length > 0 && !ReinitFault.Names.Contains(fault))
        {
            return new ReinitReply(false, $"The fault '{fault}' is none of {string.Join(", ", ReinitFault.Names)}.");
        }

        if (Interlocked.Exchange(ref _busy, 1) == 1)
        {
            return new ReinitReply(false, "The module is being re-initialised already. Wait until that is over.");
        }

        _ = Task.Run(() => PerformAsync(to, fault, (ulong)request.Seed), CancellationToken.None);
        return new ReinitReply(true, "");
    }

    /// <inheritdoc/>
    public void Dispose() => _performer?.Dispose();

    private async Task PerformAsync(ModuleProfile to, string fault, ulong seed)
    {
        try
        {
            // A module that was lost comes back by a reboot alone.
            bool runs = true;
            if (_tree!.IsDown)
            {
                runs = await _performer!.BootAsync(Current(), _stopping);
            }
            else if (!_performer!.IsStarted)
            {
                _performer.StartReady(Current());
            }

            _ = runs && await _performer.UpdateAsync(to, fault, seed, _stopping);
        }
        catch (OperationCanceledException)
        {
            _log.Write("The re-initialisation of the emulated module was cut off by the end of the service.");
        }
        // The edge of a task that nobody waits for: what went wrong is said, and the machine can be asked again.
        catch (Exception e)
        {
            _log.Write($"The emulated module could not be re-initialised: {e.Message}");
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private ModuleProfile Current() => ModuleProfile.Find(_tree!.Module ?? _machine.Shape.Profile, _profileFolder)
        ?? throw new SeamcallTransportException($"There is no profile {_machine.Shape.Profile}.", ModuleProfile.Unknown(_machine.Shape.Profile, _profileFolder));

    // Until something was performed the module is the one that the machine was made with.
    private sealed class Changed(DemoHost host, IModuleSource made) : IModuleSource
    {
        public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory)
        {
            if (!host._performer!.IsStarted && !host._tree!.IsDown && host._tree.Module is not null)
            {
                host._performer.StartReady(host.Current());
            }

            return host._performer.IsStarted || host._tree!.IsDown ? host._performer.Open(memory) : made.Open(memory);
        }
    }
}
