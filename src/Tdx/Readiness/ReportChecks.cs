using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>What only a report tells; these checks are there where it does.</summary>
internal static class ReportChecks
{
    public static readonly CheckSpec Production = new("platform.production", "The processor is a production part",
        "Intel's attestation service knows no pre-production parts: their quotes cannot be verified.", "Use a production processor where trust domains are to be attested.", false);

    public static readonly CheckSpec Mcheck = new("bios.mcheck", "MCHECK passed",
        "The processor checks the BIOS's settings of SGX and TDX once at boot, and enters SEAM only when they are sound.",
        "Update the BIOS, reset its SGX and TDX settings, and fill all memory channels of a socket alike.");

    public static readonly CheckSpec Registration = new("attestation.registration", "The platform is registered with Intel",
        "Without registration there is no certificate for the platform's key, and the QGS makes no quote.", "Run the registration again: SGX factory reset in the BIOS, then mpa_registration_tool.", false);

    /// <summary>Runs those that a report allows, each into the group of its id.</summary>
    public static IReadOnlyList<Check> Run(ReadinessEvidence evidence)
    {
        if (evidence.Report is not { } report)
        {
            return [];
        }

        var checks = new List<Check>();
        if (report.IsProduction.TryGet(out bool production))
        {
            string seen = $"Production platform: {(production ? "Production" : "Pre-production")} ({report.IsProduction.Source})";
            checks.Add(production ? Production.Passed(seen) : Production.Warned(seen));
        }

        if (report.McheckStatus.IsKnown)
        {
            checks.Add(Mcheck.Judged(report.McheckStatus, status => status == 0, status => $"SGX_AND_MCHECK_STATUS: {Hex.Plain(status)}"));
        }

        if (report.Registration.TryGet(out string? line))
        {
            string seen = $"{line} ({report.Registration.Source})";
            checks.Add(line.Contains("passed successfully", StringComparison.Ordinal) ? Registration.Passed(seen) : Registration.Warned(seen));
        }

        return checks;
    }
}
