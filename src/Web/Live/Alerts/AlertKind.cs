namespace TdxDash.Web.Live.Alerts;

/// <summary>What a rule looks at.</summary>
public enum AlertKind
{
    /// <summary>The share of the reserved areas that the fullest TDMR uses.</summary>
    ReservedAreas,

    /// <summary>The share of the TDMRs in use.</summary>
    Tdmrs,

    /// <summary>The share of memory that PAMT takes.</summary>
    PamtShare,

    /// <summary>Private KeyIDs that no guest holds.</summary>
    KeyIdsFree,

    /// <summary>The TDX module's version against the least that is wanted for the CPU family.</summary>
    ModuleVersion,

    /// <summary>PAMT as the kernel reported it against PAMT as it is computed.</summary>
    PamtMismatch,

    /// <summary>A host that was ready for TDX and is not any more.</summary>
    ReadinessLost,

    /// <summary>A host that is not heard of.</summary>
    HostSilent,
}

/// <summary>How much an alert matters.</summary>
public enum AlertSeverity
{
    /// <summary>Look at it in working hours.</summary>
    Warning,

    /// <summary>Look at it now.</summary>
    Critical,
}

/// <summary>What is to be known about kinds of rules.</summary>
public static class AlertKinds
{
    /// <summary>Each kind with its word in the store, in messages and in forms.</summary>
    public static IReadOnlyDictionary<string, AlertKind> Words { get; } = new Dictionary<string, AlertKind>(StringComparer.Ordinal)
    {
        ["reserved-areas"] = AlertKind.ReservedAreas,
        ["tdmrs"] = AlertKind.Tdmrs,
        ["pamt-share"] = AlertKind.PamtShare,
        ["keyids-free"] = AlertKind.KeyIdsFree,
        ["module-version"] = AlertKind.ModuleVersion,
        ["pamt-mismatch"] = AlertKind.PamtMismatch,
        ["readiness-lost"] = AlertKind.ReadinessLost,
        ["host-silent"] = AlertKind.HostSilent,
    };

    /// <summary>Each severity with its word.</summary>
    public static IReadOnlyDictionary<string, AlertSeverity> Severities { get; } = new Dictionary<string, AlertSeverity>(StringComparer.Ordinal)
    {
        ["warning"] = AlertSeverity.Warning,
        ["critical"] = AlertSeverity.Critical,
    };

    /// <summary>The word of a kind.</summary>
    public static string Word(AlertKind kind) => Words.First(pair => pair.Value == kind).Key;

    /// <summary>The word of a severity.</summary>
    public static string Word(AlertSeverity severity) => severity == AlertSeverity.Critical ? "critical" : "warning";

    /// <summary>What a kind looks at, for people.</summary>
    public static string Title(AlertKind kind) => kind switch
    {
        AlertKind.ReservedAreas => "reserved areas used in the fullest TDMR",
        AlertKind.Tdmrs => "TDMRs used",
        AlertKind.PamtShare => "PAMT as a share of memory",
        AlertKind.KeyIdsFree => "private KeyIDs free",
        AlertKind.ModuleVersion => "module version below the least that is wanted",
        AlertKind.PamtMismatch => "PAMT: computed and reported differ",
        AlertKind.ReadinessLost => "no longer ready for TDX",
        _ => "not heard of",
    };

    /// <summary>Whether a rule of this kind has thresholds: else it asks yes or no.</summary>
    public static bool HasThresholds(AlertKind kind) => kind <= AlertKind.KeyIdsFree;

    /// <summary>Whether low values are the bad ones.</summary>
    public static bool IsFalling(AlertKind kind) => kind == AlertKind.KeyIdsFree;

    /// <summary>What thresholds of this kind are written in: <c>%</c>, or <c>KeyIDs</c>; empty without thresholds.</summary>
    public static string Unit(AlertKind kind) => kind == AlertKind.KeyIdsFree ? "KeyIDs" : HasThresholds(kind) ? "%" : "";
}
