using System.Text.Json.Serialization;
using TdxDash.Web.Components.Palette;

namespace TdxDash.Web.Api;

/// <summary>What the command palette asks while somebody types.</summary>
internal static partial class PaletteEndpoint
{
    /// <summary>The address; <c>q</c> is the text, <c>host</c> the host whose page is open.</summary>
    public const string Route = "/palette.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route, (string? q, string? host, PaletteSearch search) =>
        Results.Json(search.Find(q, host), PaletteJson.Default.IReadOnlyListPaletteItem));

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(IReadOnlyList<PaletteItem>))]
    private sealed partial class PaletteJson : JsonSerializerContext;
}
