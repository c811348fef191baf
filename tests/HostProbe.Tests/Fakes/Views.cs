using TdxDash.HostProbe.Commands.Report;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Fakes;

/// <summary>Views with a verdict and a module that were made by hand.</summary>
internal static class Views
{
    public static HostView Of(Snapshot snapshot) => new(
        snapshot,
        new Verdict(TdxState.NoTdx, "This machine is a virtual machine.",
        [
            new Check("a", "Optional thing", CheckOutcome.Failed, "seen a", "why a", "remedy a", Mandatory: false),
            new Check("b", "Processor of Intel", CheckOutcome.Passed, "seen b", "why b", "remedy b", Mandatory: true),
            new Check("c", "Bare metal", CheckOutcome.Failed, "flag hypervisor in /proc/cpuinfo", "why c", "Use a machine of your own", Mandatory: true),
            new Check("d", "Third", CheckOutcome.Failed, "seen d", "why d", "remedy d", Mandatory: true),
            new Check("e", "Fourth", CheckOutcome.Failed, "seen e", "why e", "remedy e", Mandatory: false),
        ]),
        new ModuleIdentity
        {
            Version = Reading.Known(new ModuleVersion(1, 5, 8), Provenance.Emulated, "TDH.SYS.RD"),
            BuildNumber = Reading.NotOffered<int>("TDH.SYS.RD", "The module has no such field."),
            BuildDate = Reading.Known(new DateOnly(2024, 7, 25), Provenance.Kernel, "/dev/kmsg"),
            VendorId = Reading.Known(0x8086u, Provenance.Emulated, "TDH.SYS.RD"),
            Attributes = Reading.Known(0x8000_0000u, Provenance.Emulated, "TDH.SYS.RD"),
            Features = Reading.Unreadable<ulong>("TDH.SYS.RD", "No module answers.", "Load it."),
            Cmrs = Reading.Known<IReadOnlyList<AddressRange>>([new AddressRange(0x100000, 0x200000)], Provenance.Emulated, "TDH.SYS.RD"),
            Limits = Reading.Known(TdmrLimits.Usual, Provenance.Emulated, "TDH.SYS.RD"),
        });
}
