using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Commands;

public sealed class HostReportTests
{
    private const ulong GiB = ByteSize.GiB;

    [Fact]
    public void Write_AnyHost_ShowsTheThreeMostUsefulChecks()
    {
        string text = Report(new TerminalStyle(100, false));

        Assert.StartsWith("box: no TDX\n", text, StringComparison.Ordinal);
        Assert.Contains("1. Bare metal", text, StringComparison.Ordinal);
        Assert.Contains("2. Third", text, StringComparison.Ordinal);
        Assert.Contains("3. Optional thing", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Fourth", text, StringComparison.Ordinal);
        Assert.Contains("Remedy  Use a machine of your own", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Values_CarryTheirProvenanceInWords()
    {
        string text = Report(new TerminalStyle(100, false));

        Assert.Contains("1.5.08  [emulated]", text, StringComparison.Ordinal);
        Assert.Contains("2024-07-25  [kernel]", text, StringComparison.Ordinal);
        Assert.Contains("[reported by file]", text, StringComparison.Ordinal);
        Assert.Contains("[hypothetical]", text, StringComparison.Ordinal);
        Assert.Contains("succeeds  [hypothetical]", text, StringComparison.Ordinal);
        Assert.Contains("not offered: The module has no such field.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Layout_EveryFieldAndTheTableAreMarked()
    {
        string[] lines = Report(new TerminalStyle(200, false)).Split('\n');

        foreach (string label in new[] { "  TDMRs  ", "  Reserved, peak  ", "  PAMT  " })
        {
            Assert.EndsWith("  [hypothetical]", lines.First(line => line.StartsWith(label, StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        Assert.EndsWith("PAMT at (hypothetical)  [hypothetical]", Assert.Single(lines, line => line.Contains("PAMT 4K", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Platform_IsASectionOfItsOwn()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        string text = Of(host);

        Assert.Contains("Platform\n  KeyIDs            31 for TME-MT, 32 for TDX [32, 64), 31 of them for guests  [kernel]", text, StringComparison.Ordinal);
        Assert.Contains("  SEAMRR            32 MiB at 0x7a000000, enabled, locked  [kernel]", text, StringComparison.Ordinal);
        Assert.Contains("  Attestation       mpa_registration_tool installed, qgsd running  [kernel]", text, StringComparison.Ordinal);
        Assert.Contains("Platform\n  The snapshot is of schema 1", Of(host.OfSchema1()), StringComparison.Ordinal);
        Reading<ulong> denied = Reading.Unreadable<ulong>("/dev/cpu/0/msr", "Operation not permitted.", "Run the probe as root.");
        Assert.Contains("/dev/cpu/0/msr\n    Operation not permitted.", Of(host with { Platform = host.Platform! with { TmeActivate = denied } }), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_PamtSize_IsInKibibytesWithTheKernelsWordOnce()
    {
        string text = Report(new TerminalStyle(200, false));

        Assert.Matches(@"PAMT +\d+ KiB \(the kernel prints it as KB\), [0-9.]+ MiB, [0-9.]+ % of memory", text);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(text, @"\bKB\b"));
    }

    [Theory]
    [InlineData("Operating system")]
    [InlineData("BIOS")]
    [InlineData("TDX KeyIDs")]
    [InlineData("Answered by")]
    [InlineData("Build number")]
    [InlineData("tdx_host version")]
    public void Write_Labels_AreThoseOfTheDashboard(string label) =>
        Assert.Contains($"\n  {label.PadRight(18)}", Report(new TerminalStyle(100, false)), StringComparison.Ordinal);

    [Fact]
    public void Of_ModuleThatWasNotStarted_IsNotInitialised() => Assert.Equal("not initialised", ReportWords.Of(TdxState.NotInitialized));

    [Fact]
    public void Write_Unreadable_IsListedWithItsRemedy()
    {
        string text = Report(new TerminalStyle(100, false));

        Assert.Contains("Could not be read", text, StringComparison.Ordinal);
        Assert.Contains("Load the tdxdash kernel module.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(140)]
    public void Write_MapAndText_KeepTheWidth(int width)
    {
        string[] lines = Report(new TerminalStyle(width, false)).Split('\n');

        // Tables keep their columns and may be wider; everything else is broken or scaled.
        Assert.All(lines.Where(line => !line.Contains("0x", StringComparison.Ordinal) && !line.Contains("TDMR  ", StringComparison.Ordinal)), line => Assert.True(line.Length <= width + 22, line));
    }

    [Fact]
    public void Write_Coloured_HasTheSameTextBelowTheColours()
    {
        string coloured = System.Text.RegularExpressions.Regex.Replace(Report(new TerminalStyle(100, true)), "\e\\[[0-9]+m", "");

        Assert.Equal(Report(new TerminalStyle(100, false)), coloured);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_TakenAcrossUpdate_IsWarnedOf(bool across)
    {
        SnapshotSteps steps = FakeSteps.Simple with { Sweep = transport => FakeSteps.Simple.Sweep(transport) with { AcrossUpdate = across } };

        string text = Report(new TerminalStyle(100, false), ModuleKind.Emulated, steps);

        Assert.Equal(across, text.Contains("Warning: taken across an update", StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_TwoNodesWithAGap_HasFourLanesOverOneAxis()
    {
        TdmrLayout layout = new()
        {
            Error = LayoutError.None,
            Log = [],
            TdmrsNeeded = 2,
            PamtKiB = 1,
            Tdmrs =
            [
                new Tdmr(new AddressRange(0, 2 * GiB), null, [new ReservedArea(new AddressRange(GiB, 2 * GiB), ReservedCause.Hole, null)]),
                new Tdmr(
                    new AddressRange(64 * GiB, 66 * GiB),
                    new Pamt(1, new PhysAddr(65 * GiB), new ByteSize(512 * ByteSize.MiB), new ByteSize(4096), new ByteSize(4096)),
                    []),
            ],
        };

        IReadOnlyList<string> lines = MemoryMapText.Draw([new MemoryBlock(new AddressRange(0, GiB), 0), new MemoryBlock(new AddressRange(64 * GiB, 66 * GiB), 1)], layout, 42);

        Assert.Equal(
            [
                "RAM       00000000       ~111111111111111",
                "TDMR      [--------------~[--------------",
                "reserved         ////////~",
                "PAMT                     ~       *****",
                "from      0               64 GiB  to 66 GiB",
            ],
            lines.Take(5));
    }

    [Fact]
    public void Draw_Nothing_SaysSo() => Assert.Equal(
        ["There is no memory to draw."],
        MemoryMapText.Draw([], new TdmrLayout { Error = LayoutError.None, Log = [], Tdmrs = [], TdmrsNeeded = 0, PamtKiB = 0 }, 80));

    [Fact]
    public void Draw_ManyStretches_StillFits()
    {
        List<MemoryBlock> blocks = [.. Enumerable.Range(0, 100).Select(i => new MemoryBlock(new AddressRange((ulong)i * 8 * GiB, ((ulong)i * 8 * GiB) + GiB), i % 50))];

        IReadOnlyList<string> lines = MemoryMapText.Draw(blocks, new TdmrLayout { Error = LayoutError.None, Log = [], Tdmrs = [], TdmrsNeeded = 0, PamtKiB = 0 }, 80);

        Assert.All(lines.Take(4), line => Assert.True(line.Length <= 80, line));
    }

    private static string Of(Snapshot snapshot)
    {
        using var text = new StringWriter { NewLine = "\n" };
        HostReport.Write(Views.Of(snapshot), text, new TerminalStyle(200, false));
        return text.ToString();
    }

    private static string Report(TerminalStyle style, ModuleKind kind = ModuleKind.Auto, SnapshotSteps? steps = null)
    {
        var module = new ModuleChoice(kind, new ModuleProfile("p", "/p"), trial: false, FakeTransport.Doors());
        Snapshot snapshot = new HostSnapshotSource(HostTree.TwoNodes().As(Origin.File), module, steps ?? FakeSteps.Simple).Take();
        using var text = new StringWriter { NewLine = "\n" };
        HostReport.Write(Views.Of(snapshot), text, style);
        return text.ToString();
    }
}
