using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Reads what the kernel shows of an update at run time: the firmware-upload node and the <c>tdx_host</c> device.</summary>
internal static class UpdateFiles
{
    /// <summary>The device.</summary>
    public const string Device = "/sys/devices/faux/tdx_host";

    /// <summary>The node of Linux 7.2, and that of drafts before it.</summary>
    public static readonly IReadOnlyList<string> Nodes = ["/sys/class/firmware/tdx_module", "/sys/class/firmware/seamldr_upload"];

    private const string Idle = "idle";

    /// <summary>Reads the node.</summary>
    /// <returns>What it says, and its folder; null where the kernel has none or it may not be read.</returns>
    public static (UploadValues Values, string Node)? ReadNode(HostFiles files)
    {
        foreach (string node in Nodes)
        {
            HostAccess status = files.Read(node + "/status");
            if (status.Error is not null)
            {
                continue;
            }

            string word = Line(status);
            bool? loading = Number(files.Read(node + "/loading")) is { } number ? number == 1 : null;

            // The kernel takes "loading" back as the upload begins: idle and not loading may be the status before and the file after.
            if (word == Idle && loading == false && files.Read(node + "/status") is { Error: null } again)
            {
                word = Line(again);
            }

            string? error = word == Idle && files.Read(node + "/error") is { Error: null } told ? Line(told) : null;
            long? left = word == Idle ? null : Number(files.Read(node + "/remaining_size"));
            return (new UploadValues(word, error, left, loading), node);
        }

        return null;
    }

    /// <summary>Reads the device. Updates left are asked of the P-SEAMLDR, which is slow: only when the version is another one.</summary>
    /// <param name="files">The host.</param>
    /// <param name="before">What it said before.</param>
    public static DeviceValues ReadDevice(HostFiles files, DeviceValues before)
    {
        HostAccess version = files.Read(Device + "/version");
        if (version.Error is { } error)
        {
            return new DeviceValues(error.Failure switch
            {
                AccessFailure.NoDevice => ModulePresence.Lost,
                AccessFailure.Absent => ModulePresence.Absent,
                _ => ModulePresence.Unknown,
            }, "");
        }

        string text = Line(version);
        return text == before.Version && before.Presence == ModulePresence.Present
            ? before
            : new DeviceValues(ModulePresence.Present, text, Number(files.Read(Device + "/num_remaining_updates")) is { } left and <= int.MaxValue ? (int)left : null);
    }

    private static string Line(HostAccess access)
    {
        string text = access.Text.Length > ReinitObservation.MaxText ? access.Text[..ReinitObservation.MaxText] : access.Text;
        return text.Trim().Split('\n')[0].TrimEnd();
    }

    private static long? Number(HostAccess access) =>
        access.Error is null && long.TryParse(Line(access), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;
}
