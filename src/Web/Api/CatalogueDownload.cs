using TdxDash.Web.Live.Catalogue;

namespace TdxDash.Web.Api;

/// <summary>The module catalogue in use as a file: a beginning for one of one's own.</summary>
internal static class CatalogueDownload
{
    /// <summary>The address.</summary>
    public const string Route = "/catalogue.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, (IModuleCatalogue catalogue) =>
        Results.Bytes(catalogue.Bytes, "application/json", "module-catalogue.json"));
}
