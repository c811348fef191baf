using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>Reads all global metadata of a module: TDH.SYS.RDALL until the list ends, or field by field where the module refuses that.</summary>
public static class MetadataSweep
{
    /// <summary>Reads everything.</summary>
    /// <returns>The fields, or why they could not be read.</returns>
    public static Reading<IReadOnlyList<MetadataValue>> Run(ISeamcallTransport transport) => throw new NotSupportedException();
}
