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
            Layout = LayoutPrediction.Of(files.Origin, map, steps.Identity(answers, kernel), LinuxBehavior.Of(host.KernelRelease.Or("")!, kernel.LogLines.Or([])!), steps.Layout),
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
}
