using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Tests.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Identity;

public sealed class IdentityFileTests : IDisposable
{
    private readonly StateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Promote_ByManyAtOnce_LeavesOneWholeIdentityAndNothingElse()
    {
        ProbeIdentity[] all = [.. Enumerable.Range(0, 8).Select(_ => TestIdentity.Make(ProbeScope.Host, "0d5a1c1e-3f5b-4c3c-9a64-000000000001"))];

        await Task.WhenAll(all.Select(identity => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                new IdentityFile(_folder.Path).Promote(identity);
                Assert.Contains(new IdentityFile(_folder.Path).Read()!.KeyId(), all.Select(one => one.KeyId()));
            }
        })));

        Assert.Equal([IdentityFile.Name], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void Promote_AfterAWriteThatWasCutOff_RemovesWhatItLeft()
    {
        string left = Path.Combine(_folder.Path, $"{IdentityFile.Name}.0.unfinished");
        File.WriteAllText(left, "half a key");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddHours(-1));

        new IdentityFile(_folder.Path).Promote(TestIdentity.Make(ProbeScope.Demo, ""));

        Assert.False(File.Exists(left));
    }

    [Fact]
    public void ReadCa_OfAFileThatIsGoneLater_IsKeptWithTheIdentityWithoutItsKey()
    {
        string file = Path.Combine(_folder.Path, "ca.pem");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (X509Certificate2 certificate = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)))
        {
            File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        }

        new IdentityFile(_folder.Path).Promote(TestIdentity.Make(ProbeScope.Demo, "") with { Ca = DashboardLink.ReadCa(file) });
        File.Delete(file);

        string? kept = new IdentityFile(_folder.Path).Read()!.KeptCa();
        Assert.DoesNotContain("PRIVATE KEY", kept, StringComparison.Ordinal);
        using SocketsHttpHandler handler = new DashboardLink(new Uri("https://dashboard.example"), kept).Handler();
        Assert.Equal("CN=test", Assert.Single(handler.SslOptions.CertificateChainPolicy!.CustomTrustStore).Subject);
    }

    [Fact]
    public void KeptCa_OfAnIdentityThatNamesAFile_ReadsIt()
    {
        ProbeIdentity old = TestIdentity.Make(ProbeScope.Demo, "") with { CaFile = Path.Combine(_folder.Path, "absent.pem") };

        IOException e = Assert.Throws<IOException>(old.KeptCa);

        Assert.Contains("absent.pem of --ca cannot be read", e.Message, StringComparison.Ordinal);
    }
}
