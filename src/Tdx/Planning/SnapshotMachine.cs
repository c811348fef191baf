using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Planning;

/// <summary>Makes a planner's machine of a snapshot.</summary>
internal static class SnapshotMachine
{
    private const string NoMap = "There is no memory map: the memory is taken to be what the CMRs are, all on node 0.";

    public static Reading<PlanMachine> Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var module = ModuleIdentity.From(snapshot);
        AddressRange[] cmrs = [.. module.Cmrs.Or([])!.OrderBy(cmr => cmr.Start)];
        bool fromCmrs = !snapshot.Memory.Map.IsKnown && cmrs.Length > 0;
        Reading<IReadOnlyList<MemoryBlock>> blocks = fromCmrs ? MemoryOf(cmrs, module.Cmrs) : snapshot.Memory.Map;
        if (!blocks.IsKnown || blocks.Value.Count == 0)
        {
            return blocks.IsKnown ? Reading.Unreadable<PlanMachine>(blocks.Source, "The memory map has no range.", "Take the snapshot again.") : blocks.Map<PlanMachine>(_ => null!);
        }

        PlanMachine machine = Machine(snapshot, module, MemoryMap.Create(blocks.Value), cmrs);
        machine = fromCmrs || !snapshot.Layout.Layout.IsKnown ? machine with { Provenance = Provenance.Hypothetical } : machine;
        List<string> notes = PlanMachine.NotesOf(machine, null);
        return Reading.Known(machine with { Notes = fromCmrs ? [.. notes, NoMap] : notes }, machine.Provenance, machine.Source);
    }

    private static Reading<IReadOnlyList<MemoryBlock>> MemoryOf(AddressRange[] cmrs, Reading<IReadOnlyList<AddressRange>> source)
    {
        for (int i = 1; i < cmrs.Length; i++)
        {
            if (cmrs[i].Overlaps(cmrs[i - 1]))
            {
                return Reading.Unreadable<IReadOnlyList<MemoryBlock>>(source.Source, $"There is no memory map, and of the CMRs that could stand for it {cmrs[i]} overlaps {cmrs[i - 1]}.", "Add a copy of /proc/iomem made as root.");
            }
        }

        return source.Map<IReadOnlyList<MemoryBlock>>(_ => [.. cmrs.Select(cmr => new MemoryBlock(cmr, 0))]);
    }

    private static PlanMachine Machine(Snapshot snapshot, ModuleIdentity module, MemoryMap map, AddressRange[] cmrs)
    {
        LinuxBehavior behavior = LinuxBehavior.Of(snapshot.Host.KernelRelease.Or("")!, snapshot.Kernel.LogLines.Or([])!);
        int? addressBits = snapshot.Host.Cpu.Or(null)?.PhysicalAddressBits is >= PlanClauses.LeastAddressBits and <= PlanClauses.MostAddressBits and int bits ? bits : null;
        PlanModule? known = module.Version.TryGet(out ModuleVersion version) ? PlanModules.Find(version.ToString()) : null;
        return new PlanMachine
        {
            Map = map,

            // Without a word about CMRs they are taken to follow from the memory.
            Cmrs = cmrs.Length > 0 ? cmrs : PlanMemory.Of(new PlanSpec { Ram = map.Blocks }).Cmrs,
            CmrsAreGiven = cmrs.Length > 0,
            Limits = snapshot.Layout.Limits.Or(TdmrLimits.Usual)!,

            Family = FamilyOf(snapshot),
            OffersDynamicPamt = behavior.DynamicPamt ? true : module.Features.TryGet(out ulong features) ? (features >> FeatureBits.DynamicPamt & 1) != 0 : known?.OffersDynamicPamt,

            // The kernel's own word for Dynamic PAMT outweighs the table of modules and the width of addresses.
            Module = behavior.DynamicPamt && known is { OffersDynamicPamt: false } ? null : known,
            AddressBits = behavior.DynamicPamt && addressBits > SysConfigModel.MaxDynamicPamtHkidStartBit ? null : addressBits,
            DynamicPamt = behavior.DynamicPamt,
            HolesFrom = behavior.Holes,
            KeyIds = KeyIdsOf(snapshot),
            Provenance = snapshot.Layout.Layout.Provenance,
            Source = snapshot.Host.Name.TryGet(out string? name) ? $"snapshot of {PlainText.Of(name)}" : "snapshot",
        };
    }

    // Older than TDX is a family too, one that loads no module; what is newer than the list may load any.
    private static string? FamilyOf(Snapshot snapshot)
    {
        (int Family, int Model)? cpu = snapshot.Host.Cpu.TryGet(out CpuFacts? facts) ? (facts.Family, facts.Model)
            : snapshot.Report?.CpuSignature.Or(null) is { } reported ? (reported.Family, reported.Model) : null;
        return cpu is var (family, model) && (CpuFamilies.Find(family, model) is not null || CpuFamilies.IsBeforeTdx(family, model)) ? CpuFamilies.ShortName(family, model) : null;
    }

    // The register is the BIOS's own word, none among it; the others only speak where there are some.
    private static int? KeyIdsOf(Snapshot snapshot) =>
        snapshot.Platform?.KeyIdPartitioning is { IsKnown: true } register && KeyIdPartitioning.Decode(register.Value).TdxKeyIds is <= ushort.MaxValue and uint ids ? (int)ids
        : snapshot.Kernel.KeyIdCapacity is { IsKnown: true, Value: > 0 and < ushort.MaxValue } capacity ? (int)capacity.Value + 1
        : snapshot.Report?.PrivateKeyIds is { IsKnown: true, Value: var reported } && reported is > 0 and <= ushort.MaxValue ? (int)reported
        : KernelLogFacts.From(snapshot.Kernel.LogLines.Or([])!).PrivateKeyIds is (uint first, uint end) && end > first && end - first <= ushort.MaxValue ? (int)(end - first)
        : null;
}
