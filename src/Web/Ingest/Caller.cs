using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>The probe behind a connection, after its hello was accepted.</summary>
internal sealed record Caller(string HostId, string HostName, Origin Origin, string ProbeVersion)
{
    private const int MaxProbeVersion = 64;

    /// <summary>Checks a hello.</summary>
    /// <returns>The caller, or why it was refused and what to do.</returns>
    public static (Caller? Caller, string Refusal) From(ProbeHello? hello)
    {
        if (hello is null)
        {
            return (null, "The hello is empty. Update the probe to this dashboard's version.");
        }

        if (hello.Protocol != ProbeContract.Version)
        {
            string older = hello.Protocol < ProbeContract.Version ? "probe" : "dashboard";
            return (null, $"The probe speaks protocol {hello.Protocol}, this dashboard speaks {ProbeContract.Version}: update the {older}.");
        }

        if (!WireGuid.TryNormalise(hello.HostId, out string hostId))
        {
            return (null, "The host identity is not a GUID of 36 characters. Delete the probe's journal if it was edited; the probe makes a new identity.");
        }

        if (!Enum.IsDefined(hello.Origin))
        {
            return (null, $"The origin {(int)hello.Origin} is not known here. Update the dashboard to the probe's version.");
        }

        string name = ShownText.Limit(hello.HostName ?? "", ShownText.MaxName);
        return (new Caller(hostId, name, hello.Origin, ShownText.Limit(hello.ProbeVersion ?? "", MaxProbeVersion)), "");
    }
}

/// <summary>The one written form of GUIDs in the store.</summary>
internal static class WireGuid
{
    /// <summary>Accepts the 36-character form and lowers its case.</summary>
    public static bool TryNormalise(string? text, out string normal)
    {
        bool ok = Guid.TryParseExact(text, "D", out Guid guid) && text!.Length == 36;
        normal = ok ? guid.ToString("D") : "";
        return ok;
    }
}
