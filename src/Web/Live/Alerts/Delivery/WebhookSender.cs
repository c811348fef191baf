using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Posts a message as JSON, signed when there is a secret.</summary>
internal sealed class WebhookSender(WebPost post, TimeProvider time) : IAlertSender
{
    /// <summary>The header with the time of sending, in seconds since 1970.</summary>
    public const string TimestampHeader = "X-TdxDash-Timestamp";

    /// <summary>The header with the signature: <c>sha256=</c> and the HMAC-SHA256 of timestamp, a dot and the body, in hexadecimal.</summary>
    public const string SignatureHeader = "X-TdxDash-Signature";

    /// <inheritdoc/>
    public AlertTargetKind Kind => AlertTargetKind.Webhook;

    /// <inheritdoc/>
    public Task<string?> SendAsync(TargetDraft draft, string secret, AlertMessage message, CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.AlertMessage);
        string timestamp = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return post.SendAsync(draft.Uri, body, headers =>
        {
            headers.Add(TimestampHeader, timestamp);
            if (secret.Length > 0)
            {
                headers.Add(SignatureHeader, Sign(secret, timestamp, body));
            }
        }, cancellation);
    }

    /// <summary>The signature of a body.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.UTF8.GetBytes(timestamp + "."));
        hmac.AppendData(body);
        return "sha256=" + Convert.ToHexStringLower(hmac.GetHashAndReset());
    }
}
