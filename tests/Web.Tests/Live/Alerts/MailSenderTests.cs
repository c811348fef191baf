using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.ComponentModel;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Alerts.Delivery;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Alerts;

/// <summary>E-mail, against a real SMTP server.</summary>
public sealed class MailSenderTests
{
    private static readonly AlertMessage Message = AlertMessage.Of([Alert(1, "rack1-a07"), Alert(2, "rack1\r\nBcc: x@example.com") with { IsEmulated = true, Origin = Origin.Demo }], new Uri("https://tdx.example.com/"));

    [Fact]
    public async Task Send_ToThisMachineWithoutTls_ArrivesWhole()
    {
        await using var server = new MailServer(null, isTlsFromTheStart: false);

        Assert.Null(await SendAsync(server, trust: null));

        MimeMessage mail = Assert.Single(server.Mails);
        Assert.Equal("[TdxDash] warning: reserved-areas on 2 hosts", mail.Subject);
        Assert.Equal("auto-generated", mail.Headers[HeaderId.AutoSubmitted]);
        Assert.Equal(["a@example.com", "b@example.com"], mail.To.Mailboxes.Select(to => to.Address));
        Assert.Contains("(emulated)", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://tdx.example.com/hosts/id-1", mail.TextBody, StringComparison.Ordinal);
        Assert.Empty(mail.Bcc);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_CertificateThatNobodyVouchesFor_IsNotSent(bool isTlsFromTheStart)
    {
        using X509Certificate2 certificate = Certificate();
        await using var server = new MailServer(certificate, isTlsFromTheStart);

        Assert.Contains("is not trusted here", await SendAsync(server, trust: null), StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_CertificateOfAKnownAuthority_IsSentOverTls(bool isTlsFromTheStart)
    {
        using X509Certificate2 certificate = Certificate();
        await using var server = new MailServer(certificate, isTlsFromTheStart);

        Assert.Null(await SendAsync(server, (_, seen, _, _) => seen?.GetCertHashString() == certificate.GetCertHashString()));
        Assert.Single(server.Mails);
        Assert.True(server.WasSecure);
    }

    [Fact]
    public async Task Send_WrongPassword_SaysSoWithoutThePassword()
    {
        using X509Certificate2 certificate = Certificate();
        await using var server = new MailServer(certificate, isTlsFromTheStart: true);

        string? reason = await SendAsync(server, (_, seen, _, _) => seen?.GetCertHashString() == certificate.GetCertHashString(), "tdx", "canary-1f0e");

        Assert.Contains("refused the user and its secret", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-1f0e", reason, StringComparison.Ordinal);
        Assert.Null(await SendAsync(server, (_, seen, _, _) => seen?.GetCertHashString() == certificate.GetCertHashString(), "tdx", MailServer.Password));
    }

    [Fact]
    public async Task Send_NobodyListens_SaysSo()
    {
        var draft = new TargetDraft("t", AlertTargetKind.Mail, $"smtp://127.0.0.1:{MailServer.FreePort()}", "tdx@example.com", "a@example.com");
        Assert.Contains("could not be reached", await new MailSender(TimeProvider.System).SendAsync(draft, "", Message, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WholeFleet_ListsSomeAndCountsTheOthers()
    {
        AlertMessage message = AlertMessage.Of([.. Enumerable.Range(0, 10_000).Select(i => Alert(i, $"host-{i}") with { IsEmulated = true })], null);
        using MimeMessage mail = MailSender.Write(new TargetDraft("t", AlertTargetKind.Mail, "smtp://h", "tdx@example.com", "a@example.com"), message, DateTimeOffset.UnixEpoch);

        Assert.Equal("[TdxDash] emulated: warning: reserved-areas on 10000 hosts", mail.Subject);
        Assert.Contains("and 9950 more", mail.TextBody, StringComparison.Ordinal);
    }

    private static StoredAlert Alert(long id, string host) => new()
    {
        Id = id,
        RuleId = 1,
        RuleName = "reserved-areas",
        Severity = AlertSeverity.Warning,
        Kind = AlertKind.ReservedAreas,
        HostId = $"id-{id}",
        HostName = host,
        Family = "EMR",
        Origin = Origin.Live,
        IsEmulated = false,
        FiredAt = DateTimeOffset.UnixEpoch,
        Source = "computed",
        Text = "15 of 16 reserved areas are used in the fullest TDMR (94 %).",
    };

    private static Task<string?> SendAsync(MailServer server, RemoteCertificateValidationCallback? trust, string user = "", string secret = "") => new MailSender(TimeProvider.System, trust)
        .SendAsync(new TargetDraft("t", AlertTargetKind.Mail, server.Address, "TdxDash <tdx@example.com>", "a@example.com, b@example.com", user), secret, Message, TestContext.Current.CancellationToken);

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class MailServer : MessageStore, IAsyncDisposable
    {
        public const string Password = "right";

        private readonly SmtpServer.SmtpServer _server;
        private readonly Task _running;

        public MailServer(X509Certificate2? certificate, bool isTlsFromTheStart)
        {
            int port = FreePort();
            Address = $"{(isTlsFromTheStart ? "smtps" : "smtp")}://localhost:{port}";
            ISmtpServerOptions options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(endpoint =>
            {
                endpoint.Endpoint(new IPEndPoint(IPAddress.Loopback, port)).IsSecure(isTlsFromTheStart);
                if (certificate is not null)
                {
                    endpoint.Certificate(certificate);
                }
            }).Build();
            var services = new ServiceProvider();
            services.Add((IMessageStore)this);
            services.Add((IUserAuthenticator)new DelegatingUserAuthenticator((string _, string password) => password == Password));
            _server = new SmtpServer.SmtpServer(options, services);
            _running = _server.StartAsync(TestContext.Current.CancellationToken);
            WaitUntilItListens(port);
        }

        public string Address { get; }

        public ConcurrentQueue<MimeMessage> Mails { get; } = [];

        public bool WasSecure { get; private set; }

        public static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            WasSecure = context.Pipe.IsSecure;
            using var stream = new MemoryStream(buffer.ToArray());
            Mails.Enqueue(await MimeMessage.LoadAsync(stream, cancellationToken));
            return SmtpResponse.Ok;
        }

        public async ValueTask DisposeAsync()
        {
            _server.Shutdown();
            await _running.WaitAsync(Dashboard.Patience);
        }

        private static void WaitUntilItListens(int port) => Assert.True(SpinWait.SpinUntil(() =>
        {
            using var client = new TcpClient();
            try
            {
                client.Connect(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, Dashboard.Patience));
    }
}
