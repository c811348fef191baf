using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Keeps the secrets of targets unreadable in the store: they are protected by the dashboard's key files, which are not in the database.</summary>
internal sealed class TargetSecrets(IDataProtectionProvider provider)
{
    /// <summary>What is said of a secret that cannot be read any more.</summary>
    public const string Unreadable = "Its secret cannot be read any more: the key files that protected it are gone. Enter it again.";

    private readonly IDataProtector _protector = provider.CreateProtector("TdxDash.Alerts.Target.v1");

    /// <summary>Protects a secret; null for an empty one.</summary>
    public string? Protect(string? secret) => string.IsNullOrEmpty(secret) ? null : _protector.Protect(secret);

    /// <summary>Reads a target's secret; empty where there is none.</summary>
    /// <returns>Whether there is none, or it could be read.</returns>
    public bool TryRead(AlertTarget target, out string secret)
    {
        secret = "";
        try
        {
            secret = target.ProtectedSecret is { } text ? _protector.Unprotect(text) : "";
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
