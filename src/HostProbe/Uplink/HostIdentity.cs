using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Who this probe speaks for.</summary>
/// <param name="source">The machine.</param>
/// <param name="hostId">The host's identity.</param>
/// <param name="bootId">The boot that snapshots belong to; with a sequence it names one snapshot for ever.</param>
internal sealed class HostIdentity(ISnapshotSource source, string hostId, string bootId)
{
    private volatile string _name = Environment.MachineName;

    /// <summary>The boot id.</summary>
    public string BootId => bootId;

    /// <summary>Keeps the name that the machine calls itself by; it may change while the probe runs.</summary>
    public void Learn(Snapshot snapshot) => _name = snapshot.Host.Name.Or(null) ?? _name;

    /// <summary>The first message of a connection.</summary>
    public ProbeHello Hello() => new(ProbeContract.Version, hostId, _name, source.Origin,
        typeof(HostIdentity).Assembly.GetName().Version?.ToString(3) ?? "");
}
