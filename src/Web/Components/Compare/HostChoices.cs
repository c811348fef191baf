using System.Text;
using System.Text.Encodings.Web;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Compare;

/// <summary>Names of hosts as the choices of an input: one piece of HTML, which open pages share for as long as the names are the same.</summary>
internal static class HostChoices
{
    /// <summary>The most hosts that are offered; others can be named all the same.</summary>
    public const int Most = 500;

    private static string _last = "";

    /// <summary>The choices as <c>option</c> elements, by name.</summary>
    public static string Of(FleetSnapshot fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var html = new StringBuilder();
        foreach (FleetHost host in fleet.Hosts.AsSpan()[..Math.Min(Most, fleet.Hosts.Length)])
        {
            html.Append("<option value=\"").Append(HtmlEncoder.Default.Encode(host.Summary.Name)).Append("\">").Append(HtmlEncoder.Default.Encode(host.Id)).Append("</option>");
        }

        string made = html.ToString(), last = Volatile.Read(ref _last);
        if (made == last)
        {
            return last;
        }

        Volatile.Write(ref _last, made);
        return made;
    }
}
