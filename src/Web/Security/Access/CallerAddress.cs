namespace TdxDash.Web.Security.Access;

/// <summary>Where a request comes from.</summary>
internal static class CallerAddress
{
    /// <summary>The network address of the caller, or of the proxy before it where that is not trusted to tell; empty where there is none, as over a Unix socket.</summary>
    public static string Of(HttpContext? context) => context?.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : "";
}
