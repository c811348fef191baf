namespace TdxDash.Web.Components.Palette;

/// <summary>One thing that the command palette offers.</summary>
/// <param name="Kind">What it is, for the reader: <c>page</c>, <c>host</c>, <c>address</c>, <c>action</c>.</param>
/// <param name="Label">Its name.</param>
/// <param name="Detail">What tells it from others of that name; may be empty.</param>
/// <param name="Href">Where it leads; null for an action.</param>
/// <param name="Action">What the page does itself, as <c>js/shell.js</c> names it; null for what leads somewhere.</param>
public sealed record PaletteItem(string Kind, string Label, string Detail, string? Href, string? Action = null);
