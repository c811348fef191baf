using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Security;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security;

public sealed class TlsCertificateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    private string CertificateFile => _folder.File("tls.crt");

    private string KeyFile => _folder.File("tls.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_Renewed_AreUsedAFewSecondsLater()
    {
        string first = Write("one");
        TlsCertificate certificate = Make();
        Assert.Equal(first, certificate.Context.TargetCertificate.Thumbprint);

        string second = Write("two");
        Assert.Equal(first, certificate.Context.TargetCertificate.Thumbprint);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(second, certificate.Context.TargetCertificate.Thumbprint);
    }

    [Fact]
    public void Files_RenewedHalfway_LeaveTheOneBeforeUntilBothAreThere()
    {
        string first = Write("one");
        TlsCertificate certificate = Make();
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(KeyFile, other.ExportPkcs8PrivateKeyPem());
        File.SetLastWriteTimeUtc(KeyFile, DateTime.UtcNow.AddMinutes(1));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(first, certificate.Context.TargetCertificate.Thumbprint);

        string second = Write("two");
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(second, certificate.Context.TargetCertificate.Thumbprint);
    }

    [Theory]
    [InlineData("", "", "holds no certificate in PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "", "cannot be used")]
    [InlineData(null, null, "cannot be used")]
    public void Files_ThatWillNotDo_RefuseTheStartWithTheirNames(string? certificate, string? key, string says)
    {
        if (certificate is not null)
        {
            File.WriteAllText(CertificateFile, certificate);
            File.WriteAllText(KeyFile, key);
        }

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(Make);

        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(CertificateFile, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(KeyFile, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_WithACertificate_ServesItAndTellsBrowsersToStayWithIt()
    {
        string thumbprint = Write("dash.example");
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, settings:
            ["--urls", "https://127.0.0.1:0", "--TdxDash:Tls:Certificate", CertificateFile, "--TdxDash:Tls:Key", KeyFile, "--AllowedHosts", "dash.example"]);
        string? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => (seen = ((X509Certificate2)certificate!).Thumbprint) is not null },
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(dashboard.Address, "/healthz")) { Headers = { Host = "dash.example" } };

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(thumbprint, seen);
        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    private TlsCertificate Make() => new(CertificateFile, KeyFile, _time, NullLogger<TlsCertificate>.Instance);

    private string Write(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        // Two files of one second would look the same on a coarse file system.
        File.SetLastWriteTimeUtc(CertificateFile, DateTime.UtcNow.AddMinutes(name.Length));
        return certificate.Thumbprint;
    }
}
