using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TdxDash.HostProbe.Identity;

/// <summary>A dashboard's address, and what its certificate has to come from. TLS is always verified.</summary>
/// <param name="Address">The address.</param>
/// <param name="CaFile">Certificates in PEM, of which one must have issued the dashboard's; null for those that the system trusts.</param>
internal sealed record DashboardLink(Uri Address, string? CaFile)
{
    /// <summary>Why an address is not used, and what to do; null where it is.</summary>
    public static string? Refusal(Uri address) =>
        !address.IsAbsoluteUri || address.Scheme is not ("http" or "https") ? "is no http or https address. Give one such as https://dashboard.example:8443 or http://127.0.0.1:8080."
        : address.Scheme == "http" && !address.IsLoopback ? "is plain HTTP to another machine: whoever is between could read and change what the probe sends. Give an https address, "
            + "or carry it over SSH and name that end: ssh -N -L 8080:127.0.0.1:8080 DASHBOARD-HOST, then http://127.0.0.1:8080."
        : null;

    /// <summary>The address of something on the dashboard.</summary>
    public Uri To(string path) => new($"{Address.AbsoluteUri.TrimEnd('/')}{path}");

    /// <summary>Makes a handler for requests that goes nowhere but where it is told, and trusts nobody else.</summary>
    /// <exception cref="IOException">The file of certificates cannot be read.</exception>
    public SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        if (CaFile is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy(CaFile) };
        }

        return handler;
    }

    private static X509ChainPolicy Policy(string file)
    {
        try
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            return policy.CustomTrustStore.Count > 0 ? policy : throw new IOException($"The file {file} of --ca has no certificate in PEM form.");
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"The file {file} of --ca cannot be read: {e.Message} Give a file of certificates in PEM form.", e);
        }
    }
}
