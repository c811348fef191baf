using MudBlazor;

namespace TdxDash.Web.Components.Layout;

/// <summary>Type and shape for MudBlazor's own components. Their colours come from the tokens, by css/mudblazor-map.css.</summary>
internal static class TdxTheme
{
    public static MudTheme Theme { get; } = Make();

    private static MudTheme Make()
    {
        var theme = new MudTheme { LayoutProperties = new LayoutProperties { DefaultBorderRadius = "4px", AppbarHeight = "48px" } };
        theme.Typography.Default.FontFamily = ["var(--words)"];
        theme.Typography.Default.FontSize = "13px";
        return theme;
    }
}
