using System.Collections.Immutable;

namespace TdxDash.Web.Live.Alerts;

/// <summary>The rules that are there from the first start.</summary>
public static class DefaultRules
{
    // One PAMT entry takes 16 bytes in every module so far, and there is one for each 4 KiB, 2 MiB and 1 GiB of a TDMR (Intel TDX Module Base Specification, PAMT).
    private const double PamtEntryBytes = 16;
    private const double UsualPamtShare = (PamtEntryBytes / (4 << 10)) + (PamtEntryBytes / (2 << 20)) + (PamtEntryBytes / (1 << 30));

    // TDMRs are aligned to 1 GiB and cover holes too, which costs a little everywhere; half as much again is a layout to look at.
    private const double MuchPamt = 1.5 * UsualPamtShare;
    private const double LessPamt = 1.25 * UsualPamtShare;

    // With 16 reserved areas: 13 raise it, while there is still room for three more holes; 12 clear it.
    private const double ManyReserved = 0.80;
    private const double FewerReserved = 0.75;

    // With 64 TDMRs: 58 raise it, before Linux warns that fewer than 4 are left (TDMR_NR_WARN); 51 clear it.
    private const double ManyTdmrs = 0.90;
    private const double FewerTdmrs = 0.80;

    // Each TD needs one: with two left, a scheduler is about to be refused.
    private const double FewKeys = 2;
    private const double MoreKeys = 4;

    // A layout changes with a boot or an update alone, and is not looked at more often than a snapshot is taken.
    private static readonly TimeSpan Steady = TimeSpan.FromMinutes(1);

    // Guests come and go.
    private static readonly TimeSpan Guests = TimeSpan.FromMinutes(5);

    // A reboot, and an update of the module, end within this.
    private static readonly TimeSpan Reboot = TimeSpan.FromMinutes(10);

    /// <summary>All of them.</summary>
    public static ImmutableArray<AlertRule> All { get; } =
    [
        Make(AlertKind.ReservedAreas, Steady, Steady) with { Raise = ManyReserved, Clear = FewerReserved },
        Make(AlertKind.Tdmrs, Steady, Steady) with { Raise = ManyTdmrs, Clear = FewerTdmrs },
        Make(AlertKind.PamtShare, Steady, Steady) with { Raise = Math.Round(MuchPamt, 4), Clear = Math.Round(LessPamt, 4) },
        Make(AlertKind.KeyIdsFree, Guests, Guests) with { Raise = FewKeys, Clear = MoreKeys },
        // Which versions are wanted is a decision of who runs the hosts: until they are named nothing is compared.
        Make(AlertKind.ModuleVersion, Steady, Steady),
        Make(AlertKind.PamtMismatch, Steady, Steady),
        Make(AlertKind.ReadinessLost, Reboot, Steady) with { Severity = AlertSeverity.Critical },
        Make(AlertKind.HostSilent, Reboot, Steady) with { Severity = AlertSeverity.Critical },
    ];

    private static AlertRule Make(AlertKind kind, TimeSpan raiseFor, TimeSpan clearFor) =>
        new() { Name = AlertKinds.Word(kind), Kind = kind, RaiseFor = raiseFor, ClearFor = clearFor };
}
