using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Wire;

namespace TdxDash.Web.Components.Host;

/// <summary>Which host this is, unmistakably: name, state, one line of what it is, and a stripe where anything is emulated.</summary>
public partial class HostHeader
{
    private const uint Hues = 12;

    /// <summary>The host.</summary>
    [Parameter, EditorRequired]
    public HostEntry Entry { get; set; } = null!;

    /// <summary>Its values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    /// <summary>The dashboard's time.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    private bool IsSilent => Entry.IsSilentAt(Now);

    private string Dropped => string.Create(CultureInfo.InvariantCulture, $"{Entry.Dropped:#,0} {(Entry.Dropped == 1 ? "entry" : "entries")}");

    private string Seen
    {
        get
        {
            string age = Wording.Age(Now - Entry.LastSeen);
            return age == "now" ? age : age + " ago";
        }
    }

    private string PlanAddress => AsOf.Keep(new PlannerState { Host = SnapshotRef.Of(Entry.HostId) }.At("/planner"));

    private bool IsDemo => View.Snapshot.Origin == Origin.Demo;

    // Always the same for one host, so that two open pages are told apart at a glance.
    private string Hue => Wording.Plain((int)(Entry.HostId.Aggregate(2_166_136_261u, (hash, c) => unchecked((hash ^ c) * 16_777_619u)) % Hues));

    private string Machine
    {
        get
        {
            HostFacts host = View.Snapshot.Host;
            var parts = new List<string> { Entry.Summary.CpuFamily };
            if (host.Cpu.TryGet(out CpuFacts? cpu))
            {
                parts.Add(Wording.Count(cpu.Packages, "socket"));
            }

            if (Entry.Summary.Memory.TryGet(out ByteSize memory))
            {
                parts.Add(memory.ToString());
            }

            if (host.KernelRelease.TryGet(out string? kernel))
            {
                parts.Add($"kernel {kernel}");
            }

            return string.Join(", ", parts);
        }
    }

    private string Module()
    {
        if (!View.Module.Version.TryGet(out ModuleVersion version))
        {
            return "module not known";
        }

        string build = View.Module.BuildNumber.IsKnown && View.Module.BuildDate.IsKnown
            ? $" ({Wording.Plain(View.Module.BuildNumber.Value)}, {ModuleCard.Date(View.Module.BuildDate.Value)})"
            : "";
        return $"module {version}{build}";
    }
}
