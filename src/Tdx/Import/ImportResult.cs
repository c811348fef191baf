using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>What a text was understood to say.</summary>
/// <param name="Snapshot">The machine; null where nothing was understood.</param>
/// <param name="Refusal">Why there is none and what to do, for a person; null where there is one.</param>
/// <param name="Sections">The kinds of sources that were found, in the order of their first lines.</param>
/// <param name="Notes">What a reader should know beside: what was cut, assumed or could not be used.</param>
/// <param name="Lines">All lines.</param>
/// <param name="Used">The lines that were used.</param>
public sealed record ImportResult(Snapshot? Snapshot, string? Refusal, IReadOnlyList<ImportSection> Sections, IReadOnlyList<string> Notes, long Lines, long Used)
{
    /// <summary>The longest name of a host, in characters.</summary>
    public const int MaxName = 255;

    private const string NameSource = "name given at the import";

    /// <summary>The lines that were not used.</summary>
    public long PassedOver => Lines - Used;

    /// <summary>The host's name in the text; empty where it has none.</summary>
    public string SuggestedName => Snapshot?.Host.Name.Or("") ?? "";

    /// <summary>The snapshot under a name of somebody's choice.</summary>
    /// <param name="name">As <see cref="CheckName"/> accepts it.</param>
    /// <exception cref="InvalidOperationException">There is no snapshot.</exception>
    /// <exception cref="ArgumentException">The name is not acceptable.</exception>
    public Snapshot Named(string name)
    {
        Snapshot snapshot = Snapshot ?? throw new InvalidOperationException($"There is no snapshot to name: {Refusal}");
        return CheckName(name) is { } wrong
            ? throw new ArgumentException(wrong, nameof(name))
            : name == SuggestedName ? snapshot : snapshot with { Host = snapshot.Host with { Name = Reading.Known(name, Provenance.ReportedByFile, NameSource) } };
    }

    /// <summary>Whether a host can be named so.</summary>
    /// <returns>Null, or what is wrong and what to do.</returns>
    public static string? CheckName(string? name) => name switch
    {
        _ when string.IsNullOrWhiteSpace(name) => "The name is empty. Give the host a name.",
        { Length: > MaxName } => $"The name has {name.Length} characters; at most {MaxName} are accepted.",
        _ when name.Trim() != name => "The name begins or ends with a blank. Take it away.",
        _ when PlainText.Of(name) != name => "The name has characters that do not show themselves. Use plain ones.",
        _ => null,
    };
}
