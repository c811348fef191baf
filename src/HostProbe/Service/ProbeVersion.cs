namespace TdxDash.HostProbe.Service;

/// <summary>The probe's version.</summary>
internal static class ProbeVersion
{
    /// <summary>As <c>0.1.0</c>.</summary>
    public static string Text { get; } = typeof(ProbeVersion).Assembly.GetName().Version?.ToString(3) ?? "";
}
