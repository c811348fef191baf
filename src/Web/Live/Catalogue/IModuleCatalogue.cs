using TdxDash.Tdx.Metadata;

namespace TdxDash.Web.Live.Catalogue;

/// <summary>Where the module catalogue in use comes from.</summary>
/// <param name="File">The file that the settings name; null for the list that the dashboard came with.</param>
/// <param name="ReadAt">When that file was last taken; null where it never was, so that the list that the dashboard came with is in use.</param>
/// <param name="Trouble">Why the file as it is now cannot be taken, and what to do; null while it is the one in use.</param>
public sealed record CatalogueState(string? File, DateTimeOffset? ReadAt, string? Trouble);

/// <summary>The module catalogue in use.</summary>
public interface IModuleCatalogue
{
    /// <summary>Another catalogue is in use, or there is trouble, or none any more. Raised on any thread; it must not be held up.</summary>
    event Action? Changed;

    /// <summary>The catalogue.</summary>
    ModuleCatalogue Current { get; }

    /// <summary>Its file, byte for byte.</summary>
    ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Where it comes from.</summary>
    CatalogueState State { get; }
}
