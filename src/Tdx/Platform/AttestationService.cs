namespace TdxDash.Tdx.Platform;

/// <summary>A service of remote attestation on a host.</summary>
/// <param name="Name">Its name without suffix: <c>qgsd</c>, <c>pccs</c>, <c>mpa_registration_tool</c>.</param>
/// <param name="IsRunning">Whether it runs; else it is installed only.</param>
public sealed record AttestationService(string Name, bool IsRunning)
{
    private const string Running = " running", Installed = " installed";

    /// <summary>Reads the form that a snapshot holds, as <see cref="ToString"/> writes it; a text of another form is the name of an
    /// installed service.</summary>
    public static AttestationService Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.EndsWith(Running, StringComparison.Ordinal)
            ? new AttestationService(text[..^Running.Length], true)
            : new AttestationService(text.EndsWith(Installed, StringComparison.Ordinal) ? text[..^Installed.Length] : text, false);
    }

    /// <summary>The form that a snapshot holds: <c>qgsd running</c>, <c>pccs installed</c>.</summary>
    public override string ToString() => Name + (IsRunning ? Running : Installed);
}
