using TdxDash.Tdx.Metadata;
using TdxDash.Web.Live.Catalogue;

namespace TdxDash.Web.Tests.Components;

/// <summary>A module catalogue that a test replaces at will.</summary>
internal sealed class FakeCatalogue : IModuleCatalogue
{
    public event Action? Changed;

    public ModuleCatalogue Current { get; private set; } = ModuleCatalogue.Shipped;

    public ReadOnlyMemory<byte> Bytes { get; } = ModuleCatalogue.ShippedBytes();

    public CatalogueState State { get; private set; } = new(null, null, null);

    public void Replace(ModuleCatalogue catalogue, CatalogueState state)
    {
        (Current, State) = (catalogue, state);
        Changed?.Invoke();
    }
}
