using System.IO.Compression;
using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Service;
using TdxDash.HostProbe.Tests.Fakes;

namespace TdxDash.HostProbe.Tests.Commands;

/// <summary>What operators run: <c>nfd</c>, <c>health</c>, <c>support-bundle</c>.</summary>
public sealed class OperationsCommandTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 20, 15, 0, TimeSpan.Zero);
    private static readonly string[] Canaries = ["canary-host", "corp.example", "hunter2", "10.11.12.13", "canary-root"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-operations").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" }, _error = new() { NewLine = "\n" };
    private readonly FakeTimeProvider _time = new(Now);

    private string Bundle => Path.Combine(_folder, "bundle.zip");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("nfd", "--help")]
    [InlineData("health", "--help")]
    [InlineData("support-bundle", "--help")]
    public async Task Help_Command_HasExamples(params string[] args)
    {
        Assert.Equal(ExitCode.Done, await Run(args));
        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nfd --write /nowhere/at/all/x", "There is no folder")]
    [InlineData("nfd --write /tmp/.x", "NFD ignores such files")]
    [InlineData("nfd --write /tmp/x --demo demo-r1-a07", "without --replay and --demo")]
    [InlineData("nfd --expires soon", "from 1s to 24h")]
    [InlineData("nfd --nfd-namespace kubernetes.io", "vendor.example")]
    [InlineData("run --nfd /nowhere/at/all/x", "There is no folder")]
    [InlineData("support-bundle", "support-bundle --help")]
    public async Task Usage_Wrong_IsExitCodeTwoWithRemedy(string line, string remedy)
    {
        Assert.Equal(ExitCode.Usage, await Run(line.Split(' ')));
        Assert.Contains(remedy, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nfd_DemoMachine_PrintsFeaturesUnderEmulatedNames()
    {
        Assert.Equal(ExitCode.Done, await Run("nfd", "--demo", "demo-r1-a07", "--expires", "10m", "--nfd-namespace", "vendor.example"));

        Assert.Contains("# +expiry-time=2026-11-27T20:25:00Z\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("vendor.example/tdxdash-emulated=true\n", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("/tdxdash-module", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nfd_Write_MakesTheFileInTheFolder()
    {
        string root = await TreeAsync();

        Assert.Equal(ExitCode.Done, await Run("nfd", "--root", root, "--module", "none", "--write", _folder));

        Assert.Contains("feature.node.kubernetes.io/tdxdash-readiness=no-tdx\n", await File.ReadAllTextAsync(Path.Combine(_folder, "tdxdash"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, ExitCode.Done, "works: 17 snapshots journaled, 3 wait for the dashboard")]
    [InlineData(90, ExitCode.Done, "90 s ago")]
    [InlineData(91, ExitCode.Failed, "last reported 91 s ago")]
    [InlineData(-3_600, ExitCode.Failed, "last reported 3600 s ago")]
    public async Task Health_Status_IsItsAge(int age, int code, string words)
    {
        StatusFile.Write(_folder, new ServiceStatus(Now.AddSeconds(-age), "0.1.0", 17, 3, 0));

        Assert.Equal(code, await Run("health", "--state", _folder));
        Assert.Contains(words, _output.ToString() + _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NoStatus_SaysThatNoServiceWorksThere()
    {
        Assert.Equal(ExitCode.Failed, await Run("health", "--state", _folder));
        Assert.Contains("no service works there", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SupportBundle_Host_HoldsNoCanary()
    {
        string root = await TreeAsync(), log = Path.Combine(_folder, "probe.log");
        await File.WriteAllTextAsync(log, "canary-host.corp.example connects to https://dash.corp.example (10.11.12.13), password=hunter2\n", TestContext.Current.CancellationToken);
        using (JournalFile.Open(Path.Combine(_folder, "state")))
        {
        }

        Assert.Equal(ExitCode.Done, await Run("support-bundle", Bundle, "--root", root, "--module", "none", "--log", log, "--state", Path.Combine(_folder, "state")));

        Dictionary<string, string> files = Read();
        Assert.Equal(["check.txt", "journal.json", "log-1.txt", "manifest.json", "snapshot.json", "sources.json", "sweep.json", "versions.json"], files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.All(Canaries, canary => Assert.DoesNotContain(canary, file.Value, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal("host-1 connects to https://host-2 (address-1), password=[secret]\n", files["log-1.txt"].Replace("host-3", "host-2", StringComparison.Ordinal));
        Assert.Contains("\"value\": \"host-1\"", files["snapshot.json"], StringComparison.Ordinal);
        Assert.Contains("root=[parameter] kvm_intel.tdx=1", files["snapshot.json"], StringComparison.Ordinal);
        Assert.Contains("\"entries\": 0", files["journal.json"], StringComparison.Ordinal);
        Assert.Contains("\"check\": \"ok\"", files["journal.json"], StringComparison.Ordinal);
        Assert.Contains("/proc/cmdline", files["sources.json"], StringComparison.Ordinal);
        Assert.Contains("NotOffered", files["sweep.json"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task SupportBundle_JournalInUse_SaysSoAndTellsWhatTheServiceReported()
    {
        using JournalFile inUse = JournalFile.Open(_folder);
        StatusFile.Write(_folder, new ServiceStatus(Now, "0.1.0", 17, 3, 0));

        Assert.Equal(ExitCode.Done, await Run("support-bundle", Bundle, "--demo", "demo-r1-a07", "--state", _folder, "--redact", "false"));

        Assert.Contains("A running service uses it", Read()["journal.json"], StringComparison.Ordinal);
        Assert.Contains("\"pending\": 3", Read()["journal.json"], StringComparison.Ordinal);
        Assert.Contains("demo-r1-a07", Read()["snapshot.json"], StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await Run("support-bundle", Bundle, "--demo", "demo-r1-a07"));
        Assert.Contains("is there already", _error.ToString(), StringComparison.Ordinal);
    }

    private async Task<string> TreeAsync()
    {
        string root = Path.Combine(_folder, "root");
        foreach ((string path, string text) in new[]
        {
            ("proc/sys/kernel/hostname", "canary-host.corp.example\n"),
            ("proc/cmdline", "root=/dev/canary-root kvm_intel.tdx=1 ip=10.11.12.13 systemd.hostname=canary-host hunter2\n"),
            ("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\n"),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            await File.WriteAllTextAsync(Path.Combine(root, path), text, TestContext.Current.CancellationToken);
        }

        return root;
    }

    private Dictionary<string, string> Read()
    {
        using ZipArchive zip = ZipFile.OpenRead(Bundle);
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        });
    }

    private Task<int> Run(params string[] args) => ProbeCommandLine.RunAsync(args, new ProbeEnvironment
    {
        Output = _output,
        Error = _error,
        Style = new TerminalStyle(100, false),
        ProfileFolder = _folder,
        Doors = FakeTransport.Doors(),
        Steps = FakeSteps.Simple,
        Time = _time,
        Service = (_, _, _, _, _) => Task.CompletedTask,
    });
}
