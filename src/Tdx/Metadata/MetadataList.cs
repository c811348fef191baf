using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Parses the list that TDH.SYS.RDALL fills (Intel TDX module ABI specification, metadata list).</summary>
public static class MetadataList
{
    /// <summary>Parses one list.</summary>
    /// <param name="list">The buffer, at least as long as the list says it is.</param>
    /// <returns>The fields with all their elements, in the module's order; ids in lookup form.</returns>
    /// <exception cref="FormatException">The list is cut off or contradicts itself; the message says where.</exception>
    public static IReadOnlyList<MetadataValue> Parse(ReadOnlySpan<byte> list) => throw new NotSupportedException();
}
