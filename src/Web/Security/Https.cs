using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using TdxDash.Web.Options;

namespace TdxDash.Web.Security;

/// <summary>How https addresses are served.</summary>
internal static class Https
{
    // A year, as OWASP and the preload lists ask. Without subdomains: those are not the dashboard's to decide about.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    public static void Add(IServiceCollection services, TlsFiles? files)
    {
        if (files is null)
        {
            return;
        }

        services.AddSingleton(provider => new TlsCertificate(files.Certificate, files.Key, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TlsCertificate>>()));
        services.Configure<HstsOptions>(hsts => hsts.MaxAge = Remembered);
    }

    /// <summary>Gives each connection the certificate of its moment.</summary>
    public static void Use(HttpsConnectionAdapterOptions https, TlsCertificate certificate)
    {
        // Asked for by the server's own check that there is one; what is sent, with what signed it, is set below.
        https.ServerCertificateSelector = (_, _) => certificate.Context.TargetCertificate;
        https.OnAuthenticate = (_, tls) => (tls.ServerCertificateSelectionCallback, tls.ServerCertificateContext) = (null, certificate.Context);
    }
}
