using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What the facts of an imported report are made of.</summary>
internal static class ReportShape
{
    private static readonly Shape<CpuSignature> Signature = new RecordShape<CpuSignature>(
        cpu => $"family {cpu.Family}, model {cpu.Model}, stepping {cpu.Stepping}",
        new Member<CpuSignature, int>("family", cpu => cpu.Family, (cpu, value) => cpu with { Family = value }, Scalars.Label),
        new Member<CpuSignature, int>("model", cpu => cpu.Model, (cpu, value) => cpu with { Model = value }, Scalars.Label),
        new Member<CpuSignature, int>("stepping", cpu => cpu.Stepping, (cpu, value) => cpu with { Stepping = value }, Scalars.Label));

    private static readonly Shape<ReportFacts> Facts = new RecordShape<ReportFacts>(
        _ => "report",
        Read("cpuName", facts => facts.CpuName, (facts, value) => facts with { CpuName = value }, Scalars.Text),
        Read("cpuSignature", facts => facts.CpuSignature, (facts, value) => facts with { CpuSignature = value }, Signature),
        Read("logicalCpus", facts => facts.LogicalCpus, (facts, value) => facts with { LogicalCpus = value }, Scalars.Count),
        Read("hypervisor", facts => facts.Hypervisor, (facts, value) => facts with { Hypervisor = value }, Scalars.Text),
        Read("cpuInfoHasTdx", facts => facts.CpuInfoHasTdx, (facts, value) => facts with { CpuInfoHasTdx = value }, Scalars.Truth),
        Read("memoryEncryption", facts => facts.MemoryEncryption, (facts, value) => facts with { MemoryEncryption = value }, Scalars.Truth),
        Read("seamrrEnabled", facts => facts.SeamrrEnabled, (facts, value) => facts with { SeamrrEnabled = value }, Scalars.Truth),
        Read("privateKeyIds", facts => facts.PrivateKeyIds, (facts, value) => facts with { PrivateKeyIds = value }, Scalars.LongCount),
        Read("mcheckStatus", facts => facts.McheckStatus, (facts, value) => facts with { McheckStatus = value }, new ScalarShape<ulong>(Hex.Plain)),
        Read("isProduction", facts => facts.IsProduction, (facts, value) => facts with { IsProduction = value }, Scalars.Truth),
        Read("registration", facts => facts.Registration, (facts, value) => facts with { Registration = value }, Scalars.Text),
        Read("packages", facts => facts.Packages, (facts, value) => facts with { Packages = value }, Lists.Flags));

    /// <summary>The facts; only imported snapshots have them.</summary>
    public static Shape<ReportFacts?> Whole { get; } = new OptionalShape<ReportFacts>(Facts, (_, _) => null);

    private static Member<ReportFacts, Reading<T>> Read<T>(string name, Func<ReportFacts, Reading<T>> get, Func<ReportFacts, Reading<T>, ReportFacts> with, Shape<T> shape) =>
        new(name, get, with, new ReadingShape<T>(shape));
}
