using System.Text.Json.Nodes;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Reinit;
using TdxDash.HostProbe.Tests.Native;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Reinit;

/// <summary>The whole way: an emulated module is driven, its tree is watched by the readers of a host, and the stages are folded.</summary>
public sealed class ReinitCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-reinit-test-").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    [Theory]
    [InlineData("busy", "shutdown", "TDX_SYS_BUSY", "safe", "1.5.08")]
    [InlineData("refused", "install", "EBADSIG", "reboot", null)]
    [InlineData("entropy", "newPerCpu", "TDX_RND_NO_ENTROPY", "reboot", null)]
    [InlineData("after-shutdown", "handOver", "TDX_SYS_INVALID_HANDOFF", "reboot", null)]
    public async Task Reinit_WithFault_FailsWhereItStrikes(string fault, string stage, string status, string advice, string? version)
    {
        string tree = Path.Combine(_folder, "tree");
        Assert.Equal(ExitCode.Failed, await RunAsync("reinit", "--fault", fault, "--speed", "50", "--json", "--tree", tree));

        JsonNode update = JsonNode.Parse(_output.ToString())!["update"]!;
        Assert.Equal("Failed", (string?)update["outcome"]);
        Assert.True((bool)update["isEmulated"]!);
        JsonNode failure = update["failure"]!;
        Assert.Equal(("transferring", "firmware-invalid"), ((string?)failure["phase"], (string?)failure["error"]));
        Assert.Equal(stage, (string?)failure["stage"], ignoreCase: true);
        Assert.Contains(status, (string?)failure["status"], StringComparison.Ordinal);
        Assert.Equal(advice, (string?)failure["advice"], ignoreCase: true);

        // What was left behind reads as it does of a host: the old version, or ENXIO.
        HostAccess left = new LiveHostFiles(tree).Read("/sys/devices/faux/tdx_host/version");
        Assert.Equal(version, left.Error is null ? left.Text.Trim() : null);
        Assert.Equal(version is null ? AccessFailure.NoDevice : null, left.Error?.Failure);
        Assert.Equal(Origin.Demo, new LiveHostFiles(tree).Origin);
    }

    [Fact]
    public async Task Reinit_ToAnotherModule_IsVerifiedAndRaisesTheAlarm()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("reinit", "--profile", "tdx-1.5.08-emr", "--to", "tdx-1.5.16-srf", "--speed", "1000", "--json"));

        JsonNode state = JsonNode.Parse(_output.ToString())!;
        Assert.Equal("Initialised", (string?)state["boot"]!["outcome"]);
        JsonNode[] stages = [.. state["boot"]!["stages"]!.AsArray().OfType<JsonNode>()];
        JsonNode tdmrs = stages.Single(stage => (string?)stage["stage"] == "TdmrInit");
        Assert.Equal(("Done", (long)tdmrs["total"]!), ((string?)tdmrs["status"], (long)tdmrs["done"]!));
        Assert.True((long)tdmrs["total"]! >= 64L << 30);
        JsonNode update = state["update"]!;
        Assert.Equal(("Verified", "1.5.08", "1.5.16"), ((string?)update["outcome"], (string?)update["before"]!["version"], (string?)update["after"]!["version"]));
        Assert.Contains("TDX_FEATURES0", update["consumedChanges"]!.AsArray().Select(change => (string?)change));
    }

    [Theory]
    [InlineData("/", "--tree")]
    [InlineData("/sys/class/firmware", "--tree")]
    [InlineData("/dev", "--tree")]
    public async Task Reinit_OnARealHostsPath_IsRefused(string folder, string option)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("reinit", option, folder));
        Assert.Contains("nothing is written to a real host's files", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reinit_InAFolderWithOtherFiles_IsRefusedAndLeavesThem()
    {
        string file = Path.Combine(_folder, "mine.txt");
        File.WriteAllText(file, "mine");
        Assert.Equal(ExitCode.Usage, await RunAsync("reinit", "--tree", _folder));
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("--fault", "flood", "after-shutdown")]
    [InlineData("--speed", "0", "--speed 0")]
    [InlineData("--profile", "tdx-9", "tdx-1.5.08-emr")]
    [InlineData("--to", "tdx-9", "tdx-1.5.08-emr")]
    public async Task Reinit_WithWrongOption_NamesTheRemedy(string option, string value, string told)
    {
        Assert.Equal(ExitCode.Usage, await RunAsync("reinit", option, value));
        Assert.Contains(told, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reinit_OnTheTerminal_LabelsEveryLine()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("reinit", "--speed", "20"));
        string[] lines = _output.ToString().TrimEnd().Split('\n');
        Assert.Equal("All of this was emulated.", lines[^1]);
        Assert.All(lines[..^2], line => Assert.StartsWith("[emulated] ", line, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<int> RunAsync(params string[] args) => ProbeCommandLine.RunAsync(args, new ProbeEnvironment
    {
        Output = _output,
        Error = _error,
        Style = new TerminalStyle(100, false),
        ProfileFolder = Path.GetDirectoryName(NativeFiles.Shipped("tdx-1.5.08-emr"))!,
    });
}
