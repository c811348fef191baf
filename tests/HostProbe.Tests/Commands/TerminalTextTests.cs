using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Host.Dump;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Commands;

/// <summary>What a host's files hold never steers the terminal.</summary>
public sealed class TerminalTextTests : IDisposable
{
    // A cleared screen, a window title by OSC, a line written over, C1's CSI, a text turned around, DEL.
    private const string Hostile = "box\e[2J\e]0;owned\a\rready\u009b31m\u202egnp\u2066\u007f";

    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-terminal").FullName;

    [Theory]
    [InlineData("Xeon(R) 8592+ µ 日本 😀", "Xeon(R) 8592+ µ 日本 😀")]
    [InlineData("", "")]
    [InlineData("a\e[31mb", "a\ufffd[31mb")]
    [InlineData("a\r\n\tb\0\u007f", "a\ufffd\ufffd\ufffdb\ufffd\ufffd")]
    [InlineData("\u0080\u009b\u009d", "\ufffd\ufffd\ufffd")]
    [InlineData("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd")]
    [InlineData("a\u2028b\u2029", "a\ufffdb\ufffd")]
    public void Of_Text_ReplacesWhatIsNotShown(string text, string expected) => Assert.Equal(expected, PlainText.Of(text));

    [Fact]
    public void Of_LoneSurrogate_IsReplaced() => Assert.Equal("a\ufffdb", PlainText.Of("a" + '\ud83d' + "b"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Show_ReplayedDumpWithEscapes_WritesNoneOfThem(bool coloured)
    {
        string text = await ReplayAsync(coloured);

        Assert.Contains("box\ufffd[2J\ufffd]0;owned\ufffd\ufffdready\ufffd31m\ufffdgnp\ufffd\ufffd: ", text, StringComparison.Ordinal);
        Assert.Contains("Xeon\ufffd[2J", text, StringComparison.Ordinal);
        Assert.Contains("Linux\ufffd]0;owned", text, StringComparison.Ordinal);
        string own = System.Text.RegularExpressions.Regex.Replace(text, "\e\\[(0|1|2|35)m", "");
        Assert.DoesNotContain(own.EnumerateRunes(), rune => rune.Value != '\n' && !PlainText.IsPlain(rune));
        Assert.Equal(coloured, own != text);
    }

    [Fact]
    public async Task Show_DumpThatIsRefused_QuotesItWithoutItsEscapes()
    {
        string file = Path.Combine(_folder, "bad.json");
        await File.WriteAllTextAsync(file, "{\"format\": \"\\u001b[2J\\u202e\"}", TestContext.Current.CancellationToken);
        using var error = new StringWriter { NewLine = "\n" };

        Assert.Equal(ExitCode.Failed, await ProbeCommandLine.RunAsync(["show", "--replay", file], Environment(TextWriter.Null, error, false)));
        Assert.StartsWith("tdxprobe: ", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(error.ToString().TrimEnd('\n').EnumerateRunes(), rune => !PlainText.IsPlain(rune));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> ReplayAsync(bool coloured)
    {
        HostFiles files = HostTree.TwoNodes()
            .With("/proc/sys/kernel/hostname", Hostile + "\n")
            .With("/etc/os-release", "PRETTY_NAME=\"Linux\e]0;owned\a\"\n")
            .With("/proc/sys/kernel/osrelease", "6.16\e[31m\n")
            .With("/sys/class/dmi/id/bios_version", "1\u009b31m\n")
            .With("/sys/devices/system/node/node0/cpulist", "0\e[8m\n")
            .With("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\nmodel name\t: Xeon\e[2J\u202e\nstepping\t: 8\nmicrocode\t: 0x2b\nphysical id\t: 0\nflags\t\t: vmx tdx\e[8m\naddress sizes\t: 46 bits physical, 57 bits virtual\n\n")
            .With(HostFiles.KernelLog, "6,1,1,-;virt/tdx: module\e[8m tdx \u202edezilaitini\n")
            .As(Origin.File);
        string file = Path.Combine(_folder, "host.json");
        var module = new ModuleChoice(ModuleKind.Auto, new ModuleProfile("p", "/p"), trial: false, FakeTransport.Doors());
        await File.WriteAllBytesAsync(file, DumpCodec.Write(HostDump.Capture(files, module, FakeSteps.Simple)), TestContext.Current.CancellationToken);
        using var output = new StringWriter { NewLine = "\n" };

        Assert.Equal(ExitCode.Done, await ProbeCommandLine.RunAsync(["show", "--replay", file, "--why"], Environment(output, TextWriter.Null, coloured)));
        return output.ToString();
    }

    private static ProbeEnvironment Environment(TextWriter output, TextWriter error, bool coloured) => new()
    {
        Output = output,
        Error = error,
        Style = new TerminalStyle(200, coloured),
        Steps = FakeSteps.Simple,
    };
}
