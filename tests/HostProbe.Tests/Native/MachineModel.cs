using TdxDash.HostProbe.Native;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>What a machine answers and becomes, in as few words as it takes: four processors, two packages, TDMRs of 1 and 2 GiB. Written
/// from the published sources of TDX module and P-SEAMLDR, and without a look at the emulated machine in C.</summary>
internal sealed class MachineModel
{
    public const int Processors = 4;
    public const int Packages = 2;
    public const int MaxUpdates = 3;
    public const ulong GiB = 1UL << 30;
    public const ulong Array = 0x100_0000;
    public const ulong Params = 0x200_0000;

    public const ulong NotExecuted = ulong.MaxValue;
    public const ulong RcxInvalid = 0xC000_0100_0000_0001;
    public const ulong RdxInvalid = 0xC000_0100_0000_0002;
    public const ulong R8Invalid = 0xC000_0100_0000_0008;
    public const ulong RcxBusy = 0x8000_0200_0000_0001;
    public const ulong SysBusy = 0x8000_0202_0000_0000;
    public const ulong InitNotPending = 0xC000_0500_0000_0000;
    public const ulong LpInitNotDone = 0xC000_0502_0000_0000;
    public const ulong LpInitDone = 0xC000_0503_0000_0000;
    public const ulong NotReady = 0xC000_0505_0000_0000;
    public const ulong ShutDown = 0xC000_0506_0000_0000;
    public const ulong KeyConfigNotPending = 0xC000_0507_0000_0000;
    public const ulong StateIncorrect = 0xC000_0508_0000_0000;
    public const ulong InvalidHandoff = 0xC000_0509_0000_0000;
    public const ulong LpInitNotPending = 0xC000_050B_0000_0000;
    public const ulong ConfigNotPending = 0xC000_050C_0000_0000;
    public const ulong KeyConfigured = 0x0000_0815_0000_0000;
    public const ulong AlreadyInitialized = 0x0000_0A03_0000_0000;
    public const ulong BadParam = 0x8000_0000_0000_0000;
    public const ulong BadCall = 0x8000_0000_0000_0003;
    public const ulong BadHandoff = 0x8000_0000_0000_0004;
    public const ulong Unsupported = 0x8000_0000_0000_0006;
    public const ulong BadSig = 0x8000_0000_0002_0000;

    private readonly bool[] _lpInit = new bool[Processors];
    private readonly bool[] _installing = new bool[Processors];
    private readonly bool[] _keyed = new bool[Packages];
    private Profile _module = Profile.Emr;
    private Profile? _staged;
    private InstallScenario _scenario;
    private (ulong Version, uint Hkid, bool Tdmrs, ulong[] Done)? _handoff;
    private bool _runs;
    private bool _ran;
    private (EmulatedLeaf Leaf, int Left) _busy;

    public EmulatedSysState State { get; private set; } = EmulatedSysState.NoModule;

    public uint Hkid { get; private set; }

    public bool HasTdmrs { get; private set; }

    public ulong[] Done { get; private set; } = [0, 0];

    public int RemainingUpdates { get; private set; } = MaxUpdates;

    public int LpInits => _lpInit.Count(done => done);

    public int Installing => _installing.Count(done => done);

    public int Keyed => _keyed.Count(done => done);

    public ulong? HandoffVersion => _handoff?.Version;

    public void Stage(Profile profile, InstallScenario scenario) => (_staged, _scenario) = (profile, scenario);

    /// <summary>The next calls of a leaf find a lock held.</summary>
    public void OrderBusy(EmulatedLeaf leaf, int times) => _busy = (leaf, times);

    /// <summary>The completion status.</summary>
    public ulong Call(int cpu, EmulatedLeaf leaf, ulong rcx, ulong rdx, ulong r8)
    {
        if (leaf == EmulatedLeaf.SeamldrInstall)
        {
            return Install(cpu, rcx);
        }

        if (!_runs)
        {
            return NotExecuted;
        }

        return (leaf, State) switch
        {
            (EmulatedLeaf.SysLpShutdown, _) => 0,
            (_, EmulatedSysState.Shutdown) => ShutDown,
            (EmulatedLeaf.SysTdmrInit or EmulatedLeaf.SysShutdown, not EmulatedSysState.Ready) => NotReady,
            (EmulatedLeaf.SysTdmrInit, _) => TdmrInit(rcx),
            (EmulatedLeaf.SysShutdown, _) => Shutdown(rcx),
            _ when IsBusy(leaf) => SysBusy,
            (EmulatedLeaf.SysInit, _) => Init(rcx),
            (EmulatedLeaf.SysLpInit, _) => LpInit(cpu),
            (EmulatedLeaf.SysConfig, _) => Config(rcx, rdx, r8),
            (EmulatedLeaf.SysKeyConfig, _) => KeyConfig(cpu * Packages / Processors),
            _ => Update(),
        };
    }

    /// <summary>TDH.SYS.RD of a field that every module has.</summary>
    public ulong Read(int cpu) => !_runs ? NotExecuted
        : State == EmulatedSysState.Shutdown ? ShutDown
        : _lpInit[cpu] ? 0 : LpInitNotDone;

    private bool IsBusy(EmulatedLeaf leaf)
    {
        bool busy = _busy.Leaf == leaf && _busy.Left > 0;
        _busy.Left -= busy ? 1 : 0;
        return busy;
    }

    private ulong Init(ulong rcx)
    {
        if (rcx != 0)
        {
            return RcxInvalid;
        }

        if (State != EmulatedSysState.InitPending)
        {
            return InitNotPending;
        }

        State = EmulatedSysState.InitDone;
        return 0;
    }

    private ulong LpInit(int cpu)
    {
        if (State != EmulatedSysState.InitDone)
        {
            return LpInitNotPending;
        }

        ulong status = _lpInit[cpu] ? LpInitDone : 0;
        _lpInit[cpu] = true;
        return status;
    }

    private ulong Config(ulong rcx, ulong rdx, ulong r8)
    {
        if (State != EmulatedSysState.InitDone || LpInits < Processors)
        {
            return ConfigNotPending;
        }

        if (rcx != Array || rdx is 0 or > 64 || r8 is < 32 or > 63)
        {
            return rcx != Array ? RcxInvalid : rdx is 0 or > 64 ? RdxInvalid : R8Invalid;
        }

        (State, Hkid, HasTdmrs) = (EmulatedSysState.ConfigDone, (uint)r8, true);
        return 0;
    }

    private ulong KeyConfig(int package)
    {
        if (State != EmulatedSysState.ConfigDone || _keyed[package])
        {
            return State != EmulatedSysState.ConfigDone ? KeyConfigNotPending : KeyConfigured;
        }

        _keyed[package] = true;
        State = _keyed.All(done => done) ? EmulatedSysState.Ready : State;
        return 0;
    }

    private ulong TdmrInit(ulong rcx)
    {
        int tdmr = !HasTdmrs ? -1 : rcx == GiB ? 0 : rcx == 2 * GiB ? 1 : -1;
        if (tdmr < 0 || IsBusy(EmulatedLeaf.SysTdmrInit))
        {
            return tdmr < 0 ? RcxInvalid : RcxBusy;
        }

        if (Done[tdmr] == (ulong)(tdmr + 1) * GiB)
        {
            return AlreadyInitialized;
        }

        Done[tdmr] += 4UL << 20;
        return 0;
    }

    private ulong Shutdown(ulong version)
    {
        if (version < _module.MinHv || version > _module.Hv || (_module.NoDowngrade && version != _module.Hv))
        {
            return RcxInvalid;
        }

        if (IsBusy(EmulatedLeaf.SysShutdown))
        {
            return SysBusy;
        }

        _handoff = (version, Hkid, HasTdmrs, [.. Done]);
        State = EmulatedSysState.Shutdown;
        return 0;
    }

    private ulong Update()
    {
        if (State != EmulatedSysState.InitDone || LpInits < Processors)
        {
            return StateIncorrect;
        }

        if (_handoff is not { } handoff)
        {
            return InvalidHandoff;
        }

        (State, Hkid, HasTdmrs, Done) = (EmulatedSysState.Ready, handoff.Hkid, handoff.Tdmrs, handoff.Done);
        System.Array.Fill(_keyed, true);
        _handoff = null;
        return 0;
    }

    private ulong Install(int cpu, ulong rcx)
    {
        if (_installing[cpu])
        {
            return BadCall;
        }

        if (Installing == 0)
        {
            (_ran, _runs) = (_runs, false);
        }

        _installing[cpu] = true;
        if (Installing < Processors)
        {
            return 0;
        }

        ulong status = WhyNotInstalled(rcx);
        System.Array.Clear(_installing);
        _runs = status == 0 || _ran;
        if (status == 0)
        {
            Load();
        }

        return status;
    }

    private ulong WhyNotInstalled(ulong rcx)
    {
        bool update = _scenario == InstallScenario.Update;
        if (rcx != Params || _staged is not { } image || (update && !_ran))
        {
            return BadParam;
        }

        if (update && image.Major != _module.Major)
        {
            return Unsupported;
        }

        if (update && RemainingUpdates == 0)
        {
            return BadCall;
        }

        return update && !(_handoff is { } handoff && handoff.Version >= image.MinHv && handoff.Version <= image.Hv) ? BadHandoff : 0;
    }

    private void Load()
    {
        bool update = _scenario == InstallScenario.Update;
        RemainingUpdates = (update ? RemainingUpdates : MaxUpdates) - 1;
        _handoff = update ? _handoff : null;
        _module = _staged!;
        (State, Hkid, HasTdmrs, Done) = (EmulatedSysState.InitPending, 0, false, [0, 0]);
        System.Array.Clear(_lpInit);
        System.Array.Clear(_keyed);
    }

    /// <summary>What of a profile bears on a module's life.</summary>
    public sealed record Profile(string Name, int Major, ulong Hv, ulong MinHv, bool NoDowngrade)
    {
        public static readonly Profile Emr = new("tdx-1.5.08-emr", 1, 0, 0, false);
        public static readonly Profile Srf = new("tdx-1.5.16-srf", 1, 0, 0, false);
        public static readonly Profile Gnr = new("tdx-2.0.08-gnr", 2, 1, 0, true);
    }
}
