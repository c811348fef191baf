using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TdxDash.HostProbe.Identity;

/// <summary>A dashboard's address, and what its certificate has to come from. TLS is always verified.</summary>
/// <param name="Address">The address.</param>
/// <param name="Ca">Certificates in PEM, of which one must have issued the dashboard's; null for those that the system trusts.</param>
internal sealed record DashboardLink(Uri Address, string? Ca)
{
    /// <summary>The most bytes of certificates: more than the bundles of systems have, of some 150 authorities in 220 KB.</summary>
    public const int MostCaBytes = 1 << 20;

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
        if (Ca is not null)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Policy(Ca) };
        }

        return handler;
    }

    /// <summary>Reads the certificates of a file. They are kept with the identity: a service that is shut off from most of the file system could not read the file again.</summary>
    /// <param name="file">The file of <c>--ca</c>; null for none.</param>
    /// <returns>The certificates alone, in PEM; null for no file.</returns>
    /// <exception cref="IOException">It cannot be read, has none, or too many.</exception>
    public static string? ReadCa(string? file)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            string pem = certificates.ExportCertificatePems();
            return certificates.Count == 0 ? throw new IOException($"The file {file} of --ca has no certificate in PEM form.")
                : pem.Length > MostCaBytes ? throw new IOException($"The file {file} of --ca has {certificates.Count} certificates, more than {MostCaBytes >> 10} KiB. Give those alone of which one issued the dashboard's.")
                : pem;
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"The file {file} of --ca cannot be read: {e.Message} Give a file of certificates in PEM form.", e);
        }
    }

    private static X509ChainPolicy Policy(string pem)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            policy.CustomTrustStore.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new IOException($"The certificates of --ca that are kept with the identity are damaged: {e.Message} Enrol this probe again, with --ca FILE.", e);
        }

        return policy.CustomTrustStore.Count > 0 ? policy : throw new IOException("The identity has no certificate of --ca any more. Enrol this probe again, with --ca FILE.");
    }
}
