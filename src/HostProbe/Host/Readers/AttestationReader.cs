using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Finds the services of remote attestation by files alone: units of systemd, their control groups, and the socket of the Quote
/// Generation Service. No process is started and no service is called.</summary>
internal static class AttestationReader
{
    // Its own folder would tell the names of all units, which is nobody's business in a capture.
    private const string SystemdFolder = "/usr/lib/systemd";
    private const string UnitFolder = "/usr/lib/systemd/system", Quoting = "qgsd", QuotingFolder = "/run/tdx-qgs", QuotingSocket = "qgs.socket";

    // Intel's packages, and the other names that distributions gave two of them.
    private static readonly string[] Names = ["aesmd", "mpa_registration", "mpa_registration_tool", "pccs", "qgs", Quoting];
    private static readonly string[] UnitFolders = ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", UnitFolder, "/lib/systemd/system"];
    private static readonly string[] GroupFolders = ["/sys/fs/cgroup/system.slice", "/sys/fs/cgroup/unified/system.slice", "/sys/fs/cgroup/systemd/system.slice"];

    /// <summary>Lists the services, by name.</summary>
    public static Reading<IReadOnlyList<string>> Read(HostFiles files)
    {
        AttestationService[] found = [.. Names.Select(name => Find(files, name)).OfType<AttestationService>()];
        HostAccess systemd = files.List(SystemdFolder);
        return found.Length > 0 || systemd.Names?.Contains("system") == true
            ? Reading.Known<IReadOnlyList<string>>([.. found.Select(service => service.ToString())], files.Provenance, UnitFolder)
            : systemd.Error is { Failure: AccessFailure.NotCaptured } error ? new HostSource(UnitFolder, "", "").Unread<IReadOnlyList<string>>(error)
            : Reading.Unreadable<IReadOnlyList<string>>(
                UnitFolder, "No service of attestation runs in a control group, and the units of systemd are not to be seen here.",
                "A container needs the host's /usr/lib/systemd/system and /etc/systemd/system below --root; on a system without systemd, look yourself.");
    }

    private static AttestationService? Find(HostFiles files, string name)
    {
        bool running = GroupFolders.Any(folder => files.Read($"{folder}/{name}.service/cgroup.procs") is { Error: null, Content.Length: > 0 })
            || (name == Quoting && files.List(QuotingFolder).Names?.Contains(QuotingSocket) == true);
        return running || UnitFolders.Any(folder => files.Read($"{folder}/{name}.service").Error is null or { Failure: not (AccessFailure.Absent or AccessFailure.NotCaptured) })
            ? new AttestationService(name, running)
            : null;
    }
}
