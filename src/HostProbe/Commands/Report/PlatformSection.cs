using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>What processor, KVM and firmware interfaces say.</summary>
internal static class PlatformSection
{
    public static void Write(ReportPage page, PlatformFacts? platform)
    {
        page.Heading("Platform");
        if (platform is null)
        {
            page.Line("The snapshot is of schema 1, which does not tell of it.");
            return;
        }

        foreach (PlatformLine line in PlatformLines.Of(platform))
        {
            page.Field(line.Label, line.Text, text => text);
        }
    }
}
