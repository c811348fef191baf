using TdxDash.HostProbe.Host.Readers;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Takes snapshots of a host: reads its sources, asks its module, and builds the layout that Linux would build. The same
/// answers of host and module give the same snapshot: no time and no chance goes into it.</summary>
/// <param name="files">The host.</param>
/// <param name="module">The way to its TDX module.</param>
/// <param name="steps">The computations in between.</param>
public sealed class HostSnapshotSource(HostFiles files, IModuleSource module, SnapshotSteps steps) : ISnapshotSource
{
    private const string LayoutSource = "Linux TDMR construction";
    private const string AssumedLimits = "assumed: what every TDX 1.5 and 2.0 module seen so far reports";

    /// <inheritdoc/>
    public Origin Origin => files.Origin;

    /// <inheritdoc/>
    public string BootId { get; } = HostFactsReader.BootId(files).Or(Guid.Empty.ToString("D"))!;

    /// <inheritdoc/>
    public Snapshot Take()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = MemoryMapReader.Read(files);
        KernelTdxFacts kernel = KernelTdxReader.Read(files, steps.TdxLines);
        ModuleFacts answers = AskModule(map);
        HostFacts host = HostFactsReader.Read(files);
        return new Snapshot
        {
            Schema = Snapshot.CurrentSchema,
            Origin = files.Origin,
            Host = host,
            Memory = new MemoryFacts { Map = map, Nodes = NodeReader.Read(files), FirmwareMap = FirmwareMapReader.Read(files) },
            Module = answers,
            Kernel = kernel,
            Layout = BuildLayout(map, steps.Identity(answers, kernel), LinuxBehavior.Of(host.KernelRelease.Or("")!, kernel.LogLines.Or([])!)),
            Platform = PlatformReader.Read(files),
        };
    }

    private ModuleFacts AskModule(Reading<IReadOnlyList<MemoryBlock>> map)
    {
        ModuleOpening opening = module.Open(map.Or([])!);
        using ISeamcallTransport? transport = opening.Transport;
        SweptMetadata swept = transport is null ? new SweptMetadata(Unasked(opening.Description), AcrossUpdate: false) : Sweep(transport);
        return new ModuleFacts { Transport = opening.Description, Metadata = swept.Fields, TakenAcrossUpdate = swept.AcrossUpdate };
    }

    private static Reading<IReadOnlyList<MetadataValue>> Unasked(Reading<string> why) => why.State == ReadingState.NotOffered
        ? Reading.NotOffered<IReadOnlyList<MetadataValue>>(why.Source, why.Reason)
        : Reading.Unreadable<IReadOnlyList<MetadataValue>>(why.Source, why.Reason, why.Remedy);

    private SweptMetadata Sweep(ISeamcallTransport transport)
    {
        try
        {
            return steps.Sweep(transport);
        }
        catch (SeamcallTransportException e)
        {
            return new SweptMetadata(Reading.Unreadable<IReadOnlyList<MetadataValue>>(transport.Description, e.Reason, e.Remedy), AcrossUpdate: false);
        }
    }

    private LayoutFacts BuildLayout(Reading<IReadOnlyList<MemoryBlock>> map, ModuleIdentity module, LinuxBehavior behavior)
    {
        Reading<TdmrLimits> limits = module.Limits.IsKnown ? module.Limits : Reading.Known(TdmrLimits.Usual, Provenance.Hypothetical, AssumedLimits);

        // A layout is worth what its inputs are: made-up machine, emulated limits, assumed limits.
        Provenance provenance = files.Origin == Origin.Demo ? Provenance.Emulated
            : limits.Provenance is Provenance.Emulated or Provenance.Hypothetical ? limits.Provenance
            : Provenance.Computed;
        return new LayoutFacts
        {
            Limits = limits,
            Layout = map.TryGet(out IReadOnlyList<MemoryBlock>? blocks)
                ? Reading.Known(steps.Layout(MemoryMap.Create(blocks), limits.Value, new LayoutOptions { Behavior = behavior, Cmrs = module.Cmrs.Or(null) }), provenance, $"{LayoutSource}, {behavior.Name}")
                : Reading.Unreadable<TdmrLayout>(LayoutSource, $"There is no memory map to build it from: {map.Reason}", map.Remedy),
        };
    }
}
