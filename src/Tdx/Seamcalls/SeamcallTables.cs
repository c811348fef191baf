using System.Globalization;
using System.Text.Json;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Seamcalls;

/// <summary>One status of the embedded <c>seamcalls.json</c>.</summary>
/// <param name="Name">The specification's name.</param>
/// <param name="Low">What its low half holds, as <see cref="StatusDetail"/> knows it; empty where it holds nothing.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record StatusEntry(string Name, string Low, string Meaning, string Remedy);

/// <summary>The embedded <c>seamcalls.json</c>, parsed once.</summary>
internal sealed class SeamcallTables
{
    private static readonly Lazy<SeamcallTables> Loaded = new(() => new SeamcallTables());

    private SeamcallTables()
    {
        using Stream file = typeof(SeamcallTables).Assembly.GetManifestResourceStream("seamcalls.json")
            ?? throw new InvalidOperationException("The embedded file seamcalls.json is missing: the build of TdxDash.Tdx is broken.");
        using JsonDocument document = JsonDocument.Parse(file);
        JsonElement root = document.RootElement;
        Statuses = ReadStatuses(root.GetProperty("statuses"));
        Exact = ReadStatuses(root.GetProperty("exact"));
        Classes = ReadNames(root.GetProperty("classes"));
        Leaves = ReadNames(root.GetProperty("leaves"));
        Operands = ReadNames(root.GetProperty("operands"));
        Msrs = ReadNames(root.GetProperty("msrs"));
        ByName = Statuses.Concat(Exact).DistinctBy(status => status.Value.Name).ToDictionary(
            status => status.Value.Name, status => status.Key, StringComparer.OrdinalIgnoreCase);
    }

    public static SeamcallTables Instance => Loaded.Value;

    /// <summary>Module statuses by their high half: the low half carries details.</summary>
    public Dictionary<ulong, StatusEntry> Statuses { get; }

    /// <summary>Codes of Linux and of the SEAM loaders, which carry no details.</summary>
    public Dictionary<ulong, StatusEntry> Exact { get; }

    public Dictionary<ulong, string> Classes { get; }

    public Dictionary<ulong, string> Leaves { get; }

    public Dictionary<ulong, string> Operands { get; }

    public Dictionary<ulong, string> Msrs { get; }

    /// <summary>Values by name; of the two that TDX_NON_RECOVERABLE_TD has, the module's own.</summary>
    public Dictionary<string, ulong> ByName { get; }

    private static Dictionary<ulong, StatusEntry> ReadStatuses(JsonElement list)
    {
        var statuses = new Dictionary<ulong, StatusEntry>();
        foreach (JsonElement entry in list.EnumerateArray())
        {
            statuses.Add(Number(entry.GetProperty("value").GetString()!), new StatusEntry(
                entry.GetProperty("name").GetString()!,
                entry.TryGetProperty("low", out JsonElement low) ? low.GetString()! : "",
                entry.GetProperty("meaning").GetString()!,
                entry.GetProperty("remedy").GetString()!));
        }

        return statuses;
    }

    private static Dictionary<ulong, string> ReadNames(JsonElement map) =>
        map.EnumerateObject().ToDictionary(member => Number(member.Name), member => member.Value.GetString()!);

    private static ulong Number(string text) =>
        Hex.TryParse(text, out ulong value) ? value : ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
