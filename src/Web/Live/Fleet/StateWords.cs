using TdxDash.Tdx.Readiness;

namespace TdxDash.Web.Live.Fleet;

/// <summary>The words for states, as they stand in tables, and as they stand in URLs and searches.</summary>
public static class StateWords
{
    /// <summary>The word in URLs and searches for hosts that are not heard of, which is no state of TDX.</summary>
    public const string Silent = "silent";

    /// <summary>Each state with its word in URLs and searches, most urgent first.</summary>
    public static IReadOnlyDictionary<string, TdxState> InUrl { get; } = new Dictionary<string, TdxState>(StringComparer.OrdinalIgnoreCase)
    {
        ["failed"] = TdxState.Failed,
        ["atrisk"] = TdxState.AtRisk,
        ["notinitialized"] = TdxState.NotInitialized,
        ["notdx"] = TdxState.NoTdx,
        ["ready"] = TdxState.Ready,
    };

    /// <summary>The word for people.</summary>
    public static string Of(TdxState state) => state switch
    {
        TdxState.Ready => "ready",
        TdxState.AtRisk => "at risk",
        TdxState.Failed => "failed",
        TdxState.NotInitialized => "not initialised",
        _ => "no TDX",
    };

    /// <summary>The word in URLs and searches.</summary>
    public static string InUrlOf(TdxState state) => InUrl.First(pair => pair.Value == state).Key;
}
