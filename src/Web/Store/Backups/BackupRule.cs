namespace TdxDash.Web.Store.Backups;

/// <summary>When the dashboard makes backups by itself.</summary>
/// <param name="Folder">Where to; absolute.</param>
/// <param name="Every">The time between two.</param>
/// <param name="Keep">How many stay.</param>
public sealed record BackupRule(string Folder, TimeSpan Every, int Keep);
