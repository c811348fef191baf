using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the TDX module's firmware-upload node, by which it is updated at run time.</summary>
internal static class UpdateNodeReader
{
    private const string Idle = "idle";

    // The second name is that of drafts before Linux 7.2.
    private static readonly string[] Folders = ["/sys/class/firmware/tdx_module", "/sys/class/firmware/seamldr_upload"];

    /// <summary>Reads status and error.</summary>
    public static Reading<ModuleUpdateNode> Read(HostFiles files)
    {
        foreach (string folder in Folders)
        {
            HostAccess status = files.Read(folder + "/status");
            if (status.Error is not { Failure: AccessFailure.Absent })
            {
                var source = new HostSource(folder, "", "");
                return status.Error is { } error
                    ? source.Unread<ModuleUpdateNode>(error)
                    : source.Try(() => WithError(files, source, HostSource.FirstLine(status.Text)));
            }
        }

        return Reading.NotOffered<ModuleUpdateNode>(
            Folders[0], "The kernel has no node to update the TDX module: the module cannot be updated at run time, tdx-host is not loaded, or the kernel is older than 7.2.");
    }

    private static Reading<ModuleUpdateNode> WithError(HostFiles files, HostSource source, string status)
    {
        HostAccess error = files.Read(source.Path + "/error");
        return error.Error switch
        {
            null => Reading.Known(new ModuleUpdateNode(status, HostSource.FirstLine(error.Text)), files.Provenance, source.Path),
            { Failure: AccessFailure.Busy or AccessFailure.Absent } => Reading.Known(new ModuleUpdateNode(status, ""), files.Provenance, source.Path),
            // Between the two accesses an update may have begun.
            _ when status != Idle => Reading.Known(new ModuleUpdateNode(status, ""), files.Provenance, source.Path),
            { } failed => source.Unread<ModuleUpdateNode>(failed),
        };
    }
}
