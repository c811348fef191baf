namespace TdxDash.Web.Components.Host;

/// <summary>The pages of one host.</summary>
public enum HostTab
{
    /// <summary>Readiness, module, platform, limits.</summary>
    Overview,

    /// <summary>The memory map and the TDMRs.</summary>
    Memory,

    /// <summary>Every global metadata field.</summary>
    Metadata,

    /// <summary>What PAMT costs.</summary>
    Pamt,

    /// <summary>What changed when; a page of its own.</summary>
    History,

    /// <summary>The snapshot itself, the kernel log and the sources.</summary>
    Raw,
}

/// <summary>Tabs and their addresses.</summary>
public static class HostTabs
{
    /// <summary>The tab's word on screen.</summary>
    public static string Word(HostTab tab) => tab == HostTab.Pamt ? "PAMT" : tab.ToString();

    /// <summary>The tab's address: <c>/hosts/{id}</c> for the overview, <c>/hosts/{id}/memory</c> and so on for the others.</summary>
    public static string Href(string hostId, HostTab tab)
    {
        string host = $"/hosts/{Uri.EscapeDataString(hostId)}";
        return tab == HostTab.Overview ? host : $"{host}/{Slug(tab)}";
    }

    /// <summary>Finds a tab by the last part of an address.</summary>
    /// <param name="slug">Null or empty for the overview.</param>
    /// <returns>The tab, or null when there is none of that name.</returns>
    public static HostTab? Find(string? slug)
    {
        if (string.IsNullOrEmpty(slug))
        {
            return HostTab.Overview;
        }

        foreach (HostTab tab in Enum.GetValues<HostTab>())
        {
            if (string.Equals(Slug(tab), slug, StringComparison.OrdinalIgnoreCase))
            {
                return tab;
            }
        }

        return null;
    }

    private static string Slug(HostTab tab) => tab.ToString().ToLowerInvariant();
}
