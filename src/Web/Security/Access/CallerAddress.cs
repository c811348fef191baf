using System.Net;
using System.Net.Sockets;

namespace TdxDash.Web.Security.Access;

/// <summary>Where a request comes from.</summary>
internal static class CallerAddress
{
    private const int NetworkBytes = 8;

    /// <summary>The network address of the caller, or of the proxy before it where that is not trusted to tell; empty where there is none, as over a Unix socket.</summary>
    public static string Of(HttpContext? context) => Of(context?.Connection.RemoteIpAddress);

    /// <summary>The written form of an address; empty for none.</summary>
    public static string Of(IPAddress? address) => address is null ? "" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();

    /// <summary>What counts as one caller: an address of IPv4, and of IPv6 all that begin with the same 64 bits, as whoever has one of them has all.</summary>
    public static IPAddress NetworkOf(IPAddress? address)
    {
        if (address is null || address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address ?? IPAddress.None;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return new IPAddress(bytes);
    }
}
