using System.Buffers.Binary;
using System.Collections.Concurrent;
using CsCheck;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>The emulated machine in C and a small model of it agree on every sequence of calls, in status and in what comes of it.</summary>
public sealed class MachineProperties
{
    private const ulong GiB = MachineModel.GiB;

    private static readonly SysConfigPlatform Platform = new()
    {
        HkidStartBit = 46,
        HkidBits = 6,
        PrivateHkidMin = 32,
        PrivateHkidMax = 63,
        Seamrr = default,
        Cmrs = [new RawRange(GiB, 8 * GiB)],
        LogicalProcessors = MachineModel.Processors,
        InitializedLogicalProcessors = 0,
    };

    private static readonly MachineModel.Profile[] Profiles = [MachineModel.Profile.Emr, MachineModel.Profile.Srf, MachineModel.Profile.Gnr];

    private static readonly EmulatedLeaf[] Leaves = Enum.GetValues<EmulatedLeaf>();

    private static readonly EmulatedLeaf[] Lockable = [.. Leaves.Except([EmulatedLeaf.SeamldrInstall, EmulatedLeaf.SysLpShutdown])];

    private static readonly Gen<int> Cpu = Gen.Int[0, MachineModel.Processors - 1];

    // Any call, and whole stages that get through most of the time: a sequence of single calls hardly ever ends up ready.
    private static readonly Gen<Step> AnyStep = Gen.Frequency(
        (6, Gen.Select(Cpu, OneOf(Leaves), Gen.Int[0, 9], (cpu, leaf, variant) => (Step)new Step.Call(cpu, leaf, variant))),
        (4, OneOf(EmulatedLeaf.SeamldrInstall, EmulatedLeaf.SysLpInit, EmulatedLeaf.SysKeyConfig).Select(leaf => (Step)new Step.Everywhere(leaf))),
        (2, Gen.Select(Gen.Int[0, 8], Gen.Enum<InstallScenario>(), (profile, scenario) => (Step)new Step.Stage(Profiles[profile % 5 % 3], scenario))),
        (2, Cpu.Select(cpu => (Step)new Step.Call(cpu, EmulatedLeaf.SysInit, 9))),
        (2, Cpu.Select(cpu => (Step)new Step.Call(cpu, EmulatedLeaf.SysConfig, 9))),
        (2, Gen.Select(Gen.Int[0, 1], Gen.Int[1, 600], (tdmr, calls) => (Step)new Step.InitTdmr(tdmr, calls))),
        (2, Gen.Select(Cpu, Gen.Int[0, 1], (cpu, hv) => (Step)new Step.Call(cpu, EmulatedLeaf.SysShutdown, 9 - hv))),
        (2, Cpu.Select(cpu => (Step)new Step.Call(cpu, EmulatedLeaf.SysUpdate, 9))),
        (1, Gen.Select(OneOf(Lockable), Gen.Int[1, 3], (leaf, times) => (Step)new Step.Busy(leaf, times))),
        (3, Gen.Int[0, 9].Select(variant => (Step)new Step.Boot(variant))),
        (2, Gen.Const((Step)new Step.UpdateWhole())),
        (2, Gen.Int[0, 2].Select(profile => (Step)new Step.InstallUnprepared(Profiles[profile]))),
        (1, Gen.Int[1, 3].Select(times => (Step)new Step.BusyTdmr(times))),
        (1, Cpu.Select(cpu => (Step)new Step.Read(cpu))));

    [Fact]
    public void Call_AnySequence_AnswersAsTheModel()
    {
        var statuses = new ConcurrentDictionary<ulong, int>();
        AnyStep.Array[1, 30].Sample(
            steps =>
            {
                using var pair = new Pair(statuses);
                return Array.TrueForAll(steps, pair.Agree);
            },
            iter: 2_000,
            print: steps => string.Join("\n", steps.Select(step => step.ToString())));

        // Success and each refusal are worth nothing here unless they occur.
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', statuses.OrderBy(status => status.Value).Select(status => $"{status.Value,8} times 0x{status.Key:x16}")));
        Assert.Superset(
            new HashSet<ulong>
            {
                0, MachineModel.NotExecuted, MachineModel.RcxInvalid, MachineModel.RdxInvalid, MachineModel.R8Invalid, MachineModel.RcxBusy, MachineModel.SysBusy,
                MachineModel.InitNotPending, MachineModel.LpInitNotDone, MachineModel.LpInitDone, MachineModel.NotReady, MachineModel.ShutDown,
                MachineModel.KeyConfigNotPending, MachineModel.StateIncorrect, MachineModel.InvalidHandoff, MachineModel.LpInitNotPending, MachineModel.ConfigNotPending,
                MachineModel.KeyConfigured, MachineModel.AlreadyInitialized, MachineModel.BadParam, MachineModel.BadCall, MachineModel.BadHandoff, MachineModel.Unsupported,
            },
            statuses.Keys.ToHashSet());
    }

    private static Gen<EmulatedLeaf> OneOf(params EmulatedLeaf[] leaves) => Gen.Int[0, leaves.Length - 1].Select(i => leaves[i]);

    /// <summary>What is done to both.</summary>
    private abstract record Step
    {
        public sealed record Call(int Cpu, EmulatedLeaf Leaf, int Variant) : Step;

        public sealed record Everywhere(EmulatedLeaf Leaf) : Step;

        public sealed record InitTdmr(int Tdmr, int Calls) : Step;

        public sealed record Stage(MachineModel.Profile Profile, InstallScenario Scenario) : Step;

        public sealed record Busy(EmulatedLeaf Leaf, int Times) : Step;

        public sealed record Read(int Cpu) : Step;

        /// <summary>With TDH.SYS.CONFIG tried first as the variant has it.</summary>
        public sealed record Boot(int Variant) : Step;

        public sealed record InstallUnprepared(MachineModel.Profile Profile) : Step;

        public sealed record BusyTdmr(int Times) : Step;

        public sealed record UpdateWhole : Step;
    }

    private sealed class Pair : IDisposable
    {
        private readonly EmulatedModule _machine = EmulatedModule.Open(NativeFiles.Shipped("tdx-1.5.08-emr"));
        private readonly MachineModel _model = new();
        private readonly ConcurrentDictionary<ulong, int> _statuses;

        public Pair(ConcurrentDictionary<ulong, int> statuses)
        {
            _statuses = statuses;
            _machine.Configure(Platform, MachineModel.Packages, MachineModel.MaxUpdates, isLoaded: false);
            PutLayout();
        }

        public void Dispose() => _machine.Dispose();

        public bool Agree(Step step) => step switch
        {
            Step.Call call => One(call.Cpu, call.Leaf, call.Variant),
            Step.Everywhere all => Everywhere(all.Leaf),
            Step.InitTdmr init => Enumerable.Range(0, init.Calls).All(i => One(i % MachineModel.Processors, EmulatedLeaf.SysTdmrInit, 9 - init.Tdmr)),
            Step.Stage stage => Stage(stage.Profile, stage.Scenario),
            Step.Busy busy => Order(busy),
            Step.Read read => Read(read.Cpu),
            Step.InstallUnprepared install => Stage(install.Profile, InstallScenario.Update) && Everywhere(EmulatedLeaf.SeamldrInstall),
            Step.BusyTdmr busy => Order(new Step.Busy(EmulatedLeaf.SysTdmrInit, busy.Times)) && One(2, EmulatedLeaf.SysTdmrInit, 9),
            Step.Boot boot => Stage(MachineModel.Profile.Emr, InstallScenario.Load) && Everywhere(EmulatedLeaf.SeamldrInstall) && One(0, EmulatedLeaf.SysInit, 9)
                && Everywhere(EmulatedLeaf.SysLpInit) && One(2, EmulatedLeaf.SysConfig, boot.Variant) && One(1, EmulatedLeaf.SysConfig, 9) && Everywhere(EmulatedLeaf.SysKeyConfig),
            _ => One(3, EmulatedLeaf.SysShutdown, 9) && Stage(MachineModel.Profile.Srf, InstallScenario.Update) && Everywhere(EmulatedLeaf.SeamldrInstall)
                && One(0, EmulatedLeaf.SysInit, 9) && Everywhere(EmulatedLeaf.SysLpInit) && One(0, EmulatedLeaf.SysUpdate, 9),
        };

        private bool Everywhere(EmulatedLeaf leaf) => Enumerable.Range(0, MachineModel.Processors).All(cpu => One(cpu, leaf, 9));

        private bool One(int cpu, EmulatedLeaf leaf, int variant)
        {
            (ulong rcx, ulong rdx, ulong r8) = Operands(leaf, variant);
            var registers = new SeamcallRegisters { Rcx = rcx, Rdx = rdx, R8 = r8 };
            ulong status = Ask(() => _machine.Call(cpu, leaf, ref registers));
            return status == _model.Call(cpu, leaf, rcx, rdx, r8) && SameState();
        }

        private bool Read(int cpu)
        {
            _machine.SetCpu(cpu);
            var registers = new SeamcallRegisters { Rdx = 0x8800_0001_0000_0002 };
            ulong status = Ask(() =>
            {
                _machine.Transport.Seamcall(34, ref registers, default);
                return registers.Rax;
            });
            return status == _model.Read(cpu) && SameState();
        }

        private ulong Ask(Func<ulong> call)
        {
            ulong status;
            try
            {
                status = call();
            }
            catch (SeamcallTransportException)
            {
                status = MachineModel.NotExecuted;
            }

            _statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            return status;
        }

        private bool Stage(MachineModel.Profile profile, InstallScenario scenario)
        {
            _machine.Stage(NativeFiles.Shipped(profile.Name), scenario, new PhysAddr(MachineModel.Params));
            _model.Stage(profile, scenario);
            return SameState();
        }

        private bool Order(Step.Busy busy)
        {
            _machine.Inject(1, [new EmulatedFault(EmulatedFaultKind.Busy) { Leaf = busy.Leaf, Times = busy.Times }]);
            _model.OrderBusy(busy.Leaf, busy.Times);
            return SameState();
        }

        private bool SameState()
        {
            EmulatedModuleState state = _machine.State;
            IReadOnlyList<EmulatedTdmr> tdmrs = _machine.Tdmrs;
            return (state.State, state.Hkid, state.InitializedProcessors, state.InstallingProcessors) == (_model.State, _model.Hkid, _model.LpInits, _model.Installing)
                && (state.KeyedPackages, state.RemainingUpdates, (ulong?)state.HandoffVersion) == (_model.Keyed, _model.RemainingUpdates, _model.HandoffVersion)
                && tdmrs.Select(tdmr => tdmr.Initialized.Bytes).SequenceEqual(_model.HasTdmrs ? _model.Done : []);
        }

        // Variant 9 is the right one; the others are wrong in one way or another, or right too.
        private static (ulong Rcx, ulong Rdx, ulong R8) Operands(EmulatedLeaf leaf, int variant) => (leaf, variant) switch
        {
            (EmulatedLeaf.SysInit, 0) => (1, 0, 0),
            (EmulatedLeaf.SysConfig, 0) => (MachineModel.Array + 8, 2, 40),
            (EmulatedLeaf.SysConfig, 1) => (MachineModel.Array, 0, 40),
            (EmulatedLeaf.SysConfig, 2) => (MachineModel.Array, 65, 40),
            (EmulatedLeaf.SysConfig, 3) => (MachineModel.Array, 2, 31),
            (EmulatedLeaf.SysConfig, 4) => (MachineModel.Array, 2, 0x2_0028),
            (EmulatedLeaf.SysConfig, _) => (MachineModel.Array, 2, 40),
            (EmulatedLeaf.SysTdmrInit, 0) => (3 * GiB, 0, 0),
            (EmulatedLeaf.SysTdmrInit, 1) => (GiB + 4096, 0, 0),
            (EmulatedLeaf.SysTdmrInit, _) => (variant % 2 == 0 ? 2 * GiB : GiB, 0, 0),
            (EmulatedLeaf.SysShutdown, 0) => (2, 0, 0),
            (EmulatedLeaf.SysShutdown, _) => (variant == 8 ? 1UL : 0, 0, 0),
            (EmulatedLeaf.SeamldrInstall, 0) => (MachineModel.Params + 4096, 0, 0),
            (EmulatedLeaf.SeamldrInstall, _) => (MachineModel.Params, 0, 0),
            _ => default,
        };

        private void PutLayout()
        {
            Put(MachineModel.Array, MachineModel.Array + 0x200, MachineModel.Array + 0x400);
            Put(MachineModel.Array + 0x200, GiB, GiB, 8 * GiB, 0x1000, (8 * GiB) + 0x1000, 0x2000, (8 * GiB) + 0x3000, 0x40_0000);
            Put(MachineModel.Array + 0x400, 2 * GiB, 2 * GiB, (8 * GiB) + 0x100_0000, 0x1000, (8 * GiB) + 0x100_1000, 0x4000, (8 * GiB) + 0x100_5000, 0x80_0000);
        }

        private void Put(ulong address, params ulong[] words)
        {
            byte[] bytes = new byte[words.Length * sizeof(ulong)];
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * sizeof(ulong)), words[i]);
            }

            _machine.Write(new PhysAddr(address), bytes);
        }
    }
}
