using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Reinit;

/// <summary>Updates at run time, as a probe sees them through sysfs, the kernel log and the sweep.</summary>
public sealed class UpdateTests
{
    private static readonly ModuleFingerprint New = Seen.Old with { Version = "1.5.16", Build = "build 900", UpdatesLeft = 2 };

    private static ReinitObservation[] UpToTheKernel =>
    [
        Seen.Device(0, ModulePresence.Present, "1.5.08", 3), Seen.Node(0, "idle"), Seen.Sweep(1, Seen.Old),
        Seen.Node(2, "idle", loading: true), Seen.Node(3, "receiving", remaining: 1000), Seen.Node(4, "preparing", remaining: 1000),
        Seen.Node(5, "transferring", remaining: 1000), Seen.Node(6, "transferring", remaining: 1000),
    ];

    [Fact]
    public void Fold_OfUpdate_GoesThroughEveryStageAndIsVerified()
    {
        ReinitState kernel = Seen.Fold(UpToTheKernel);
        Assert.Equal(ReinitStage.InKernel, kernel.Update!.Current!.Stage);
        Assert.True(kernel.Update.Current.IsDark);
        Assert.Equal(TimeSpan.FromSeconds(4), kernel.Update.Current.Elapsed(Seen.Start.AddSeconds(10)));
        Golden.Equal(Path.Combine(Repository.Root, "tests/data/reinit/update.txt"), Seen.Words(Seen.Fold(
            [.. UpToTheKernel, Seen.Node(12, "programming", remaining: 0), Seen.Node(13, "idle"), Seen.Device(13, ModulePresence.Present, "1.5.16", 2), Seen.Sweep(15, New)])));
    }

    [Fact]
    public void Fold_OfUpdateThatChangesWhatLinuxConsumed_RaisesTheAlarm()
    {
        ReinitState state = Seen.Fold([.. UpToTheKernel, Seen.Node(13, "idle"), Seen.Sweep(15, New with { Features = "0x1", LayoutHash = new string('b', 64) })]);
        Assert.Equal(["TDX_FEATURES0", "TDMR layout"], state.Update!.ConsumedChanges);
    }

    [Fact]
    public void ConsumedChanges_OfWhatLinuxReads_NamesEachFieldThatDiffers()
    {
        Snapshot before = TestSnapshots.WorkingHost();
        ModuleFingerprint old = ModuleFingerprint.From(With(before, ("TDCS_BASE_SIZE", 24_576), ("MAX_VCPUS_PER_TD", 576), ("BUILD_NUM", 784), ("MODULE_HV", 0), ("TDCS_SIZE_PER_L2_VM", 4_096)))!;
        ModuleFingerprint now = ModuleFingerprint.From(With(before, ("TDCS_BASE_SIZE", 28_672), ("MAX_VCPUS_PER_TD", 1_376), ("BUILD_NUM", 882), ("MODULE_HV", 1), ("TDCS_SIZE_PER_L2_VM", 8_192)))!;
        Assert.Equal(["MAX_VCPUS_PER_TD", "TDCS_BASE_SIZE"], old.ConsumedChanges(now).Order(StringComparer.Ordinal));
        Assert.Empty(old.ConsumedChanges(old));
        // As an older probe told it.
        Assert.Empty((old with { Consumed = null }).ConsumedChanges(now));
    }

    [Fact]
    public void ConsumedChanges_OfAnArray_FindsOneElement()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        ulong[] bases = [0x100000, 0x1_0000_0000, .. new ulong[30]];
        ModuleFingerprint old = ModuleFingerprint.From(WithArray(host, "CMR_BASE", bases))!;
        bases[1]++;
        Assert.Equal(["CMR_BASE"], old.ConsumedChanges(ModuleFingerprint.From(WithArray(host, "CMR_BASE", bases))!));
    }

    [Fact]
    public void Consumed_OfAllThatLinuxReads_StaysWithinItsBound()
    {
        MetadataValue[] all = [.. MetadataCatalogue.Fields.Select(field => new MetadataValue(field.Id, [.. Enumerable.Repeat(ulong.MaxValue >> (64 - field.ElementBits), field.TotalElements)]))];
        Snapshot host = TestSnapshots.WorkingHost();
        ModuleFingerprint whole = ModuleFingerprint.From(host with
        {
            Module = host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(all, Provenance.Read, "TDH.SYS.RDALL") },
            Layout = host.Layout,
        })!;
        Assert.Equal(whole, Seen.Fold(Seen.Sweep(1, whole)).Identity);
        Assert.Equal(15, whole.Consumed!.Split(' ').Length);
    }

    [Fact]
    public void Fold_OfVersionAloneAndALaterAnswer_CompletesTheComparison()
    {
        ReinitObservation[] byVersion = [.. UpToTheKernel, Seen.Node(13, "idle"), Seen.Sweep(25, ModuleFingerprint.OfVersion("1.5.16", 2))];
        Assert.Equal((RunOutcome.Verified, 0), (Seen.Fold(byVersion).Update!.Outcome, Seen.Fold(byVersion).Update!.ConsumedChanges.Count));
        ReinitState whole = Seen.Fold([.. byVersion, Seen.Sweep(60, New with { Features = "0x1" })]);
        Assert.Equal(("0x1", RunOutcome.Verified), (whole.Update!.After!.Features, whole.Update.Outcome));
        Assert.Equal(["TDX_FEATURES0"], whole.Update.ConsumedChanges);
    }

    [Theory]
    [InlineData(SweepEnd.NoAnswer, RetryAdvice.CheckModule)]
    [InlineData(SweepEnd.Lost, RetryAdvice.Reboot)]
    public void Fold_OfAModuleThatIsNotWaitedForAnyLonger_Fails(SweepEnd end, RetryAdvice advice)
    {
        ReinitObservation last = Seen.Sweep(80, null, "it said nothing");
        ReinitRun run = Seen.Fold([.. UpToTheKernel, Seen.Node(13, "idle"), Seen.Sweep(15, null, "busy"), last with { Sweep = last.Sweep! with { End = end } }]).Update!;
        Assert.Equal((RunOutcome.Failed, ReinitStage.Rereading, "the module does not answer", "it said nothing", advice),
            (run.Outcome, run.Failure!.Stage, run.Failure.Error, run.Failure.Reason, run.Failure.Advice));
        Assert.Null(run.Current);
    }

    [Theory]
    [InlineData("transferring:firmware-invalid", RetryAdvice.CheckModule)]
    [InlineData("preparing:firmware-invalid", RetryAdvice.CheckModule)]
    [InlineData("transferring:hw-error", RetryAdvice.CheckModule)]
    [InlineData("transferring:device-busy", RetryAdvice.Safe)]
    [InlineData("nonsense", RetryAdvice.CheckModule)]
    public void Fold_OfError_AdvisesWhatTheKernelAllows(string error, RetryAdvice advice)
    {
        ReinitFailure failure = Seen.Fold([.. UpToTheKernel, Seen.Node(13, "idle", error)]).Update!.Failure!;
        Assert.Equal(advice, failure.Advice);
        Assert.Contains(advice == RetryAdvice.Safe ? "retry is safe" : "Cause not told by this kernel: check module state, host may need reboot.", failure.AdviceText, StringComparison.Ordinal);
    }

    [Fact]
    public void Fold_OfShutdownThatWasBusy_SaysThatARetryIsSafe()
    {
        ReinitFailure failure = Seen.Fold([.. UpToTheKernel,
            Seen.Line(7, "virt/tdx: SEAMCALL (0x0000000000000034) failed: 0x8000020200000000"), Seen.Node(8, "idle", "transferring:firmware-invalid")]).Update!.Failure!;
        Assert.Equal((RetryAdvice.Safe, "TDH.SYS.SHUTDOWN: TDX_SYS_BUSY"), (failure.Advice, failure.Status));
    }

    [Fact]
    public void Fold_OfFailureAfterShutdown_SaysThatTheModuleIsDown()
    {
        ReinitState state = Seen.Fold([.. UpToTheKernel,
            Seen.Line(7, "seamldr: SEAMCALL (0x8000000000000001) failed: 0x8000000000020000"), Seen.Line(7, "seamldr: update failed, SEAMCALLs will report failure until TDs killed"),
            Seen.Node(8, "idle", "transferring:firmware-invalid"), Seen.Device(8, ModulePresence.Lost), Seen.Sweep(9, null, "no module")]);
        Golden.Equal(Path.Combine(Repository.Root, "tests/data/reinit/down.txt"), Seen.Words(state));
        Assert.Equal(RetryAdvice.Reboot, state.Update!.Failure!.Advice);
    }

    [Fact]
    public void Fold_OfUpdateBetweenTwoLooks_IsSeenByItsVersion()
    {
        ReinitState state = Seen.Fold(Seen.Device(0, ModulePresence.Present, "1.5.08"), Seen.Node(0, "idle"), Seen.Device(2, ModulePresence.Present, "1.5.16"), Seen.Sweep(3, New));
        Assert.Equal((RunOutcome.Verified, "1.5.08", "1.5.16"), (state.Update!.Outcome, state.Update.Before!.Version, state.Update.After!.Version));
        Assert.Equal(StageStatus.Unseen, state.Update[ReinitStage.InKernel]!.Status);
    }

    [Fact]
    public void Fold_OfErrorFromBeforeTheProbe_IsToldOnce()
    {
        ReinitState state = Seen.Fold(Seen.Node(0, "idle", "transferring:timeout"), Seen.Node(1, "idle", "transferring:timeout"));
        Assert.Equal(("transferring", "timeout", Seen.Start), (state.Update!.Failure!.Phase, state.Update.Failure.Error, state.Update.Start));
    }

    [Fact]
    public void Fold_OfSecondUpdate_BeginsAnew()
    {
        ReinitState state = Seen.Fold([.. UpToTheKernel, Seen.Node(8, "idle", "transferring:timeout"), Seen.Node(20, "preparing", remaining: 5)]);
        Assert.Equal((RunOutcome.Running, Seen.Start.AddSeconds(20), ReinitStage.Preparing), (state.Update!.Outcome, state.Update.Start, state.Update.Current!.Stage));
    }

    private static Snapshot With(Snapshot host, params (string Name, ulong Value)[] fields) => fields.Aggregate(host, (changed, field) => WithArray(changed, field.Name, [field.Value]));

    private static Snapshot WithArray(Snapshot host, string name, ulong[] values)
    {
        FieldId id = MetadataCatalogue.Find(name)!.Id;
        MetadataValue[] fields = [.. host.Module.Metadata.Or([])!.Where(field => field.Id.Key != id.Key), new MetadataValue(id, [.. values])];
        return host with { Module = host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(fields, Provenance.Read, "TDH.SYS.RDALL") } };
    }

    [Fact]
    public void Fold_OfEmulatedUpdate_ShowsWhatARealKernelHides()
    {
        ReinitState state = Seen.Fold([.. UpToTheKernel, Seen.Emulated(7, EmulatedStep.Shutdown, 1, 1), Seen.Emulated(8, EmulatedStep.Install, 4, 8)]);
        Assert.Equal((StageStatus.Running, false), (state.Update![ReinitStage.InKernel]!.Status, state.Update[ReinitStage.InKernel]!.IsDark));
        Assert.Equal((StageStatus.Running, 4L, 8L), (state.Update[ReinitStage.Install]!.Status, state.Update[ReinitStage.Install]!.Done, state.Update[ReinitStage.Install]!.Total));
        Assert.True(state.Update.IsEmulated);
    }
}
