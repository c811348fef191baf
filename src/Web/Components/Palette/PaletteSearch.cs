using TdxDash.Tdx.Memory;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Wire;

namespace TdxDash.Web.Components.Palette;

/// <summary>Finds what somebody types into the command palette: pages, hosts with their own pages, addresses in a host's memory, actions.</summary>
/// <param name="fleet">The hosts.</param>
/// <param name="viewer">Who looks.</param>
/// <param name="time">For the age of what is known of them.</param>
public sealed class PaletteSearch(IFleetView fleet, IViewer viewer, TimeProvider time)
{
    /// <summary>The longest text that is looked at.</summary>
    public const int MaxText = 80;

    /// <summary>The most hosts that are offered.</summary>
    public const int MaxHosts = 12;

    private static readonly PaletteItem[] Pages =
    [
        new("page", "Fleet", "all hosts", "/"),
        new("page", "History", "changes and module versions over the fleet over time", "/history"),
        new("page", "Compare", "two to four hosts or snapshots", "/compare"),
        new("page", "Planner", "what TDX costs on a machine that need not exist, and which limit comes first", "/planner"),
        new("page", "Planner: fleet", "PAMT in bytes, per cent and money over the fleet, and what a module or Dynamic PAMT would change", "/planner/fleet"),
        new("page", "Live", "initialisations and updates while they happen", "/live"),
        new("page", "Alerts", "what fires, rules, silences, and who is told", "/alerts"),
        new("page", "REST API", "what scripts and other tools can ask, to browse and to try", "/docs/api"),
        new("page", "Module catalogue", "releases of the TDX module for each CPU family, and what a runtime update reaches", "/catalogue"),
        new("page", "Docs: rules of the layout", "why memory is CMR, TDMR, reserved area or PAMT", "/docs/layout"),
        new("page", "Your account", "password, API tokens, where you are signed in", "/account"),
    ];

    private static readonly PaletteItem[] OperatorPages = [new("page", "Import", "a log or report of a host without a probe", "/import")];

    private static readonly PaletteItem[] AdministratorPages =
    [
        new("page", "Probes", "enrolment tokens, enrolled probes, revoking them", "/probes"),
        new("page", "Store", "the dashboard's database: check, size, retention, backup", "/store"),
        new("page", "Accounts", "who may do what", "/accounts"),
        new("page", "Audit log", "who did what", "/audit"),
    ];

    private static readonly PaletteItem[] Actions =
    [
        new("action", "Theme: system", "as the operating system has it", null, "theme:system"),
        new("action", "Theme: light", "", null, "theme:light"),
        new("action", "Theme: dark", "", null, "theme:dark"),
        new("action", "Theme: high contrast", "system colours, solid outlines", null, "theme:contrast"),
        new("action", "Copy the link to this page", "", null, "copy-link"),
        new("action", "Keyboard shortcuts and terms", "key ?", null, "help"),
        new("action", "Print", "", null, "print"),
    ];

    /// <summary>Searches. Words are looked for in any order; a last word that begins the name of a host's page leads there.</summary>
    /// <param name="text">What was typed; empty for what is offered first.</param>
    /// <param name="hostId">The host whose page is open, whose addresses need no name; null for none.</param>
    /// <returns>Pages, then hosts, addresses, actions; each kind with the best first.</returns>
    public IReadOnlyList<PaletteItem> Find(string? text, string? hostId = null)
    {
        string[] words = (text is { Length: > MaxText } ? text[..MaxText] : text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. Offered.Where(page => All(words, page)), .. Hosts(words), .. Addresses(words, hostId), .. Actions.Where(action => All(words, action))];
    }

    private IEnumerable<PaletteItem> Offered => Pages
        .Concat(viewer.Rights.MaySomewhere(Role.Operator) ? OperatorPages : [])
        .Concat(viewer.Rights.MayEverywhere(Role.Administrator) ? AdministratorPages : []);

    private static bool All(string[] words, PaletteItem item) =>
        words.All(word => item.Label.Contains(word, StringComparison.OrdinalIgnoreCase) || item.Detail.Contains(word, StringComparison.OrdinalIgnoreCase));

    private List<PaletteItem> Hosts(string[] words)
    {
        HostTab? tab = words.Length > 1 ? TabOf(words[^1]) : null;
        List<PaletteItem> whole = Items(words, HostTab.Overview);
        return whole.Count > 0 || tab is not HostTab named ? whole : Items(words[..^1], named);
    }

    private List<PaletteItem> Items(string[] words, HostTab tab) => [.. Named(words)
        .Select(host => new PaletteItem("host", tab == HostTab.Overview ? Wording.HostName(host.Summary.Name) : $"{Wording.HostName(host.Summary.Name)}, {HostTabs.Word(tab)}", Detail(host), HostTabs.Href(host.HostId, tab)))];

    // Of the open host, or of one whose name stands before the address. An address may have blanks, as a name may: the shortest address counts for which there is a host.
    private List<PaletteItem> Addresses(string[] words, string? hostId)
    {
        if (hostId is not null && fleet.Find(hostId) is { } open && AddressText.TryParse(string.Join(' ', words), out AddressTarget whole, out _))
        {
            return [GoTo(open, whole)];
        }

        for (int named = words.Length - 1; named >= 1; named--)
        {
            if (AddressText.TryParse(string.Join(' ', words[named..]), out AddressTarget target, out _) && Named(words[..named]) is { Count: > 0 } hosts)
            {
                return [.. hosts.Select(host => GoTo(host, target))];
            }
        }

        return [];
    }

    private static PaletteItem GoTo(HostEntry host, AddressTarget target)
    {
        string shown = target.End is { } end ? $"[{Hex.Grouped(target.Start.Value)}, {Hex.Grouped(end.Value)})" : Hex.Grouped(target.Start.Value);
        return new PaletteItem("address", $"Go to {shown}", $"in the memory map of {Wording.HostName(host.Summary.Name)}", new MapState { Go = target }.At(HostTabs.Href(host.HostId, HostTab.Memory)));
    }

    private List<HostEntry> Named(string[] words)
    {
        string first = words.Length == 0 ? "" : words[0];
        return [.. fleet.Hosts
            .Where(host => words.All(word => host.Summary.Name.Contains(word, StringComparison.OrdinalIgnoreCase) || host.HostId.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            .OrderByDescending(host => host.Summary.Name.StartsWith(first, StringComparison.OrdinalIgnoreCase))
            .ThenBy(host => host.Summary.Name, StringComparer.OrdinalIgnoreCase).ThenBy(host => host.HostId, StringComparer.Ordinal)
            .Take(MaxHosts)];
    }

    private string Detail(HostEntry host)
    {
        string state = host.IsSilentAt(time.GetUtcNow()) ? "silent" : StateBadge.Word(host.Summary.State);
        string version = host.Summary.Version.IsKnown ? $", module {host.Summary.Version.Value}" : "";
        return $"{state}, {host.Summary.CpuFamily}{version}";
    }

    private static HostTab? TabOf(string word)
    {
        foreach (HostTab tab in Enum.GetValues<HostTab>())
        {
            if (HostTabs.Word(tab).StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return tab;
            }
        }

        return null;
    }
}
