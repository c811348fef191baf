namespace TdxDash.Tdx.Support;

/// <summary>Names of settings that tell that their value is secret.</summary>
public static class SecretNames
{
    private static readonly string[] Words = ["password", "passwd", "passphrase", "secret", "token", "credential", "cookie", "connectionstring"];

    /// <summary>Whether a name is one.</summary>
    public static bool Has(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("key", StringComparison.OrdinalIgnoreCase);
    }
}
