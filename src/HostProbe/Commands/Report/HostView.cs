using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>A snapshot with what follows from it, ready to be shown.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Verdict">Whether the host is ready for TDX.</param>
/// <param name="Module">Which module it runs.</param>
public sealed record HostView(Snapshot Snapshot, Verdict Verdict, ModuleIdentity Module)
{
    /// <summary>Works out what follows from a snapshot.</summary>
    public static HostView Of(Snapshot snapshot) => new(snapshot, ReadinessChecks.Run(snapshot), ModuleIdentity.From(snapshot));
}
