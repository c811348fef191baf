using System.Text.Json;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Commands;

/// <summary>The check command over real computations and the real native library.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-check").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [Theory]
    [InlineData("emulated-ready", 0, "--demo", "demo-r1-a07")]
    [InlineData("emulated-ready-short", 0, "--demo", "demo-r1-a07", "--short")]
    [InlineData("emulated-ready-json", 0, "--demo", "demo-r1-a07", "--json")]
    [InlineData("off-in-bios", 1, "--demo", "demo-r3-a01")]
    [InlineData("capture-02-reserved-areas", 1, "--file", "02-gnr-hpe-dl380a-gen12.txt")]
    [InlineData("capture-03-module-too-old", 1, "--file", "03-module-1.0-no-sysrd.txt")]
    [InlineData("capture-05-silent", 1, "--file", "05-silent.txt")]
    public async Task Check_OfAHost_IsTheGoldenFile(string golden, int code, params string[] args)
    {
        string[] full = [.. args.Select(arg => arg.EndsWith(".txt", StringComparison.Ordinal) ? Repository.Data("captures", arg) : arg)];
        Assert.Equal(code, await Run(["check", .. full]));
        Assert.Equal("", _error.ToString());
        Golden.Equal(Repository.Data("check", golden + ".golden.txt"), _output.ToString());
    }

    [Fact]
    public async Task Check_OfAVirtualMachine_IsTheGoldenFile()
    {
        Write("proc/sys/kernel/hostname", "vm\n");
        Write("proc/sys/kernel/osrelease", "6.18.44\n");
        Write("proc/cmdline", "console=ttyS0\n");
        Write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nmodel name\t: AMD EPYC\nstepping\t: 1\nflags\t\t: fpu xsave hypervisor\nbugs\t\t:\naddress sizes\t: 48 bits physical, 48 bits virtual\n");
        Write("proc/iomem", "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n");
        Assert.Equal(ExitCode.Failed, await Run("check", "--root", _folder, "--module", "none"));
        Golden.Equal(Repository.Data("check", "virtual-machine.golden.txt"), _output.ToString());
    }

    [Fact]
    public async Task Check_OfThisMachine_HasEveryPartAndAnOutcomeForEach()
    {
        int code = await Run("check", "--json", "--module", "none");
        using JsonDocument document = JsonDocument.Parse(_output.ToString());
        Assert.Equal(document.RootElement.GetProperty("ready").GetBoolean() ? ExitCode.Done : ExitCode.Failed, code);
        Assert.Equal(["platform", "bios", "kernel", "module", "memory", "kvm", "attestation"], document.RootElement.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("id").GetString()!));
        Assert.All(document.RootElement.GetProperty("groups").EnumerateArray().SelectMany(group => group.GetProperty("checks").EnumerateArray()),
            check => Assert.NotEqual("", check.GetProperty("evidence").GetString()));
    }

    [Fact]
    public async Task Import_OfACapture_SaysWhatWasUnderstood()
    {
        Assert.Equal(ExitCode.Done, await Run("import", Repository.Data("captures", "13-spr-512g-4cmr.txt"), "--name", "rack1"));
        Assert.Contains("2101268 KiB of PAMT", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("rack1: ready", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u001F\u008B", "Nothing in the text")]
    [InlineData("a\0b", "is binary")]
    [InlineData("{\"format\":\"tdxprobe-dump\"", "--replay")]
    public async Task Import_OfWhatIsNoLog_IsExitCodeOneWithRemedy(string content, string remedy)
    {
        string file = Path.Combine(_folder, "x.txt");
        await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failed, await Run("import", file));
        Assert.Contains(remedy, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await Run("import", file + "-absent"));
    }

    [Fact]
    public async Task Import_ToADashboardThatIsAway_IsExitCodeOneWithRemedy()
    {
        string[] import = ["import", Repository.Data("captures", "05-silent.txt"), "--dashboard", "http://127.0.0.1:1", "--state", _folder];
        Assert.Equal(ExitCode.Failed, await Run(import));
        Assert.Contains("tdxprobe enroll http://127.0.0.1:1/ TOKEN --for imports", _error.ToString(), StringComparison.Ordinal);

        Uplink.TestIdentity.Give(_folder, Wire.ProbeScope.Imports);
        Assert.Equal(ExitCode.Failed, await Run(import));
        Assert.Contains("cannot be reached", _error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string path, string text)
    {
        string target = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.WriteAllText(target, text);
    }

    private Task<int> Run(params string[] args) => ProbeCommandLine.RunAsync(args, new ProbeEnvironment { Output = _output, Error = _error, Style = new TerminalStyle(100, false) });
}
