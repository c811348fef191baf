using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether trust domains of the host can be attested. They run without, so nothing here is mandatory.</summary>
internal static class AttestationChecks
{
    public static readonly CheckSpec Quoting = new("attestation.qgs", "A quote generation service runs",
        "A trust domain's report becomes a quote only through the quote generation service (QGS) of its host.",
        "Install tdx-qgs and start qgsd, or let QEMU use the QGS of another socket or vsock address.", false);

    public static readonly CheckSpec Caching = new("attestation.pccs", "A provisioning certificate cache is at hand",
        "The QGS takes the platform's certificates from a PCCS, on this host or on another.", "Start pccs, or name another host's PCCS in /etc/sgx_default_qcnl.conf.", false);

    private const string QuotingService = "qgsd", CachingService = "pccs";

    public static IEnumerable<Check> Run(ReadinessEvidence evidence)
    {
        Reading<IReadOnlyList<string>> services = evidence.AttestationServices;
        if (!services.TryGet(out IReadOnlyList<string>? known))
        {
            return [Quoting.Skipped(services), Caching.Skipped(services)];
        }

        AttestationService[] all = [.. known.Select(AttestationService.Parse)];
        return
        [
            Of(Quoting, QuotingService) ?? Quoting.Warned($"{QuotingService} is not installed ({services.Source})"),
            Of(Caching, CachingService) ?? Caching.Skipped($"{CachingService} is not installed here; it may run elsewhere ({services.Source})"),
        ];

        Check? Of(CheckSpec spec, string name) => Array.Find(all, service => service.Name == name) is not { } service ? null
            : service.IsRunning ? spec.Passed($"{service} ({services.Source})")
            : spec.Warned($"{service}, and does not run ({services.Source})");
    }
}
