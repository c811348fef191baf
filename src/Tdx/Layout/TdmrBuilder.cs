using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>Builds the TDMRs that Linux would build (<c>arch/x86/virt/vmx/tdx/tdx.c</c>, <c>construct_tdmrs</c>).</summary>
public static class TdmrBuilder
{
    /// <summary>Builds a layout.</summary>
    /// <param name="map">Memory as memblock holds it.</param>
    /// <param name="limits">The module's limits.</param>
    /// <returns>The layout, or how far it came and why it failed.</returns>
    public static TdmrLayout Build(MemoryMap map, TdmrLimits limits) => throw new NotSupportedException();
}
