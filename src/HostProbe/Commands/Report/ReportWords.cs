using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The words that a report uses for states and provenances, the same as on the dashboard.</summary>
internal static class ReportWords
{
    public static string Of(Provenance provenance) => provenance.Word();

    public static string Of(TdxState state) => state switch
    {
        TdxState.Ready => "ready",
        TdxState.AtRisk => "at risk",
        TdxState.Failed => "failed",
        TdxState.NotInitialized => "not initialised",
        _ => "no TDX",
    };
}
