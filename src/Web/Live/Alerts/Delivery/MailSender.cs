using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Sends a message as e-mail by SMTP, over TLS with a certificate that is verified; plain only to this machine itself.</summary>
/// <param name="time">The clock.</param>
/// <param name="trust">Verifies certificates in place of this machine's trust store; for tests.</param>
internal sealed class MailSender(TimeProvider time, RemoteCertificateValidationCallback? trust = null) : IAlertSender
{
    /// <summary>The most alerts that a mail lists; of the others it gives the number.</summary>
    public const int MostListed = 50;

    private const int PatienceMilliseconds = 15_000;

    /// <inheritdoc/>
    public AlertTargetKind Kind => AlertTargetKind.Mail;

    /// <inheritdoc/>
    public async Task<string?> SendAsync(TargetDraft draft, string secret, AlertMessage message, CancellationToken cancellation)
    {
        // Lists of revoked certificates lie on the internet, which the network of a dashboard need not reach; everything else about a certificate is checked.
        using var client = new SmtpClient { Timeout = PatienceMilliseconds, CheckCertificateRevocation = false, ServerCertificateValidationCallback = trust };
        string host = draft.Uri.IdnHost;
        try
        {
            using MimeMessage mail = Write(draft, message, time.GetUtcNow());
            await client.ConnectAsync(host, draft.MailPort, Security(draft), cancellation);
            if (draft.User.Length > 0)
            {
                await client.AuthenticateAsync(Encoding.UTF8, new NetworkCredential(draft.User, secret), cancellation);
            }

            await client.SendAsync(mail, cancellation);
            await client.DisconnectAsync(quit: true, cancellation);
            return null;
        }
        // What a server writes is not repeated: the codes say enough, and the text may be anything.
        catch (SslHandshakeException)
        {
            return $"The TLS certificate of {host} is not trusted here, or is for another name. Put its authority into this machine's trust store, or use the name in the certificate.";
        }
        catch (AuthenticationException)
        {
            return $"{host} refused the user and its secret.";
        }
        catch (NotSupportedException)
        {
            return $"{host} offers no STARTTLS, or no way to sign in that is known here; mail is not sent without TLS. Use smtps://, or another server.";
        }
        catch (SmtpCommandException e)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{host} refused the {Refused(e.ErrorCode)} with code {(int)e.StatusCode}.");
        }
        catch (Exception e) when (e is ProtocolException or IOException or SocketException or TimeoutException or ServiceNotConnectedException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{host}:{draft.MailPort} could not be reached, or broke off: {(e is SocketException socket ? socket.SocketErrorCode.ToString() : e.GetType().Name)}.");
        }
    }

    /// <summary>Writes the mail.</summary>
    public static MimeMessage Write(TargetDraft draft, AlertMessage message, DateTimeOffset now)
    {
        var mail = new MimeMessage { Subject = Subject(message), Date = now };
        mail.From.Add(draft.From());
        mail.To.AddRange(draft.To());
        // No answer of a person who is away (RFC 3834).
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        mail.Body = new TextPart("plain") { Text = Body(message) };
        return mail;
    }

    private static string Subject(AlertMessage message)
    {
        MessageAlert[] firing = [.. message.Alerts.Where(alert => alert.Status == AlertMessage.Firing)];
        MessageAlert[] counted = firing.Length > 0 ? firing : [.. message.Alerts];
        string emulated = message.Alerts.All(alert => alert.Host.Emulated) ? "emulated: " : "";
        string who = counted.Length == 1 ? counted[0].Host.Name : string.Create(CultureInfo.InvariantCulture, $"{counted.Length} hosts");
        return $"[TdxDash] {(message.Test ? "test: " : "")}{emulated}{(firing.Length > 0 ? message.Severity : "resolved")}: {message.Rule} on {who}";
    }

    private static string Body(AlertMessage message)
    {
        var text = new StringBuilder();
        foreach (string status in new[] { AlertMessage.Firing, AlertMessage.Resolved })
        {
            MessageAlert[] alerts = [.. message.Alerts.Where(alert => alert.Status == status)];
            if (alerts.Length == 0)
            {
                continue;
            }

            Line(text, $"{(status == AlertMessage.Firing ? "Firing" : "Resolved")}, rule {message.Rule} ({message.Title}), {message.Severity}: {Count(alerts.Length)}");
            Line(text, "");
            foreach (MessageAlert alert in alerts.Take(MostListed))
            {
                Write(text, alert);
            }

            if (alerts.Length > MostListed)
            {
                Line(text, FormattableString.Invariant($"and {alerts.Length - MostListed} more."));
                Line(text, "");
            }
        }

        return text.Append(message.Url is null ? "" : $"All alerts of this rule: {message.Url}\r\n").ToString();
    }

    private static void Write(StringBuilder text, MessageAlert alert)
    {
        string group = alert.Host.Group is null ? "" : $", group {alert.Host.Group}";
        Line(text, $"{alert.Host.Name}{(alert.Host.Emulated ? " (emulated)" : "")}{group}, since {Time(alert.StartsAt)}{(alert.EndsAt is { } end ? $" until {Time(end)}" : "")}");
        Line(text, $"  {alert.Text}{(alert.Source.Length == 0 ? "" : $" ({alert.Source})")}");
        if (alert.Url is not null)
        {
            Line(text, $"  {alert.Url}");
        }

        Line(text, "");
    }

    private static SecureSocketOptions Security(TargetDraft draft) => draft.IsTlsFromTheStart ? SecureSocketOptions.SslOnConnect
        : draft.Uri.IsLoopback ? SecureSocketOptions.StartTlsWhenAvailable
        : SecureSocketOptions.StartTls;

    private static string Refused(SmtpErrorCode code) => code switch
    {
        SmtpErrorCode.SenderNotAccepted => "sender",
        SmtpErrorCode.RecipientNotAccepted => "recipient",
        _ => "message",
    };

    private static string Count(int hosts) => string.Create(CultureInfo.InvariantCulture, $"{hosts} host{(hosts == 1 ? "" : "s")}");

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    // Lines of mail end so (RFC 5322).
    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\r\n");
}
