using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-commands").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private TextReader _input = TextReader.Null;
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly List<(ISnapshotSource Source, ProbeServiceOptions Options)> _started = [];

    [Theory]
    [InlineData("--help")]
    [InlineData("show", "--help")]
    [InlineData("check", "--help")]
    [InlineData("import", "--help")]
    [InlineData("capture", "--help")]
    [InlineData("run", "--help")]
    [InlineData("demo", "--help")]
    [InlineData("reinit", "--help")]
    [InlineData("plan", "--help")]
    [InlineData("diff", "--help")]
    [InlineData("explain", "--help")]
    [InlineData("enroll", "--help")]
    public async Task Help_EveryCommand_HasExamplesAndExitCodes(params string[] args)
    {
        Assert.Equal(ExitCode.Done, await Run(args));
        Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done, 1 failed, 2 wrong usage", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
    }

    [Theory]
    [InlineData("", "command")]
    [InlineData("fly", "fly")]
    [InlineData("show --module fast", "fast")]
    [InlineData("capture", "capture --help")]
    [InlineData("show --profile tdx-9 --module emulated", "tdx-1.5.08-emr")]
    [InlineData("show --profile tdx-1.5.08-emr", "--trial")]
    [InlineData("show --root /no/such/folder", "/no/such/folder")]
    [InlineData("check --json --short", "leave --short out")]
    [InlineData("check --file x --demo demo-r1-a07", "without --root")]
    [InlineData("import x --dashboard here", "http://127.0.0.1:8080")]
    [InlineData("show --demo demo-x", "demo-r1-a07")]
    [InlineData("show --demo demo-r1-a07 --module none", "--demo")]
    [InlineData("run --dashboard here", "here")]
    [InlineData("run --dashboard http://dash:8080", "plain HTTP to another machine")]
    [InlineData("run --ca /no/such/file", "/no/such/file")]
    [InlineData("enroll http://dash:8080 x", "ssh -N -L")]
    [InlineData("enroll https://dash:8080", "--token-file")]
    [InlineData("enroll https://dash:8080 x --token-file y", "one of them")]
    [InlineData("enroll https://dash:8080 x --for everything", "imports")]
    [InlineData("enroll https://dash:8080 x --again --if-needed", "one of them")]
    [InlineData("run --interval 0s", "from 1s to 24h")]
    [InlineData("run --interval 10", "60s")]
    [InlineData("demo --count 13", "1 to 12")]
    [InlineData("plan 2_sockets_x_1TB", "There is no file of that name")]
    [InlineData("plan x --module tdx-9", "tdx-2.0.08-gnr")]
    [InlineData("explain TDX_FROBNICATED", "0xc000050500000000")]
    [InlineData("explain NOT_READY", "TDX_SYS_NOT_READY, TDX_IDE_STREAM_IDEKM_KEYS_NOT_READY")]
    [InlineData("explain 0xc0000505000000001", "such as 0xc000050500000000")]
    [InlineData("explain 0x0 --leaf ten", "such as TDH.SYS.RD")]
    public async Task Usage_Wrong_IsExitCodeTwoWithRemedy(string line, string remedy)
    {
        Assert.Equal(ExitCode.Usage, await Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(remedy, _error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("tdxprobe: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Theory]
    [InlineData("0xc000050500000000 --leaf 34", "TDX_SYS_NOT_READY|TDH.SYS.RD|not recoverable|too old|Update the TDX module")]
    [InlineData("0xC0000A1200010203", "TDX_PAMT_OVERLAP|TDMR 3, PAMT of 1G pages, against TDMR 1")]
    [InlineData("0x8000020300000000", "TDX_RND_NO_ENTROPY|recoverable: the call can be made again")]
    [InlineData("c000050500000000", "TDX_SYS_NOT_READY  0xc000050500000000")]
    [InlineData("8000020200000000", "TDX_SYS_BUSY  0x8000020200000000")]
    [InlineData("13835063574315139072", "TDX_SYS_NOT_READY  0xc000050500000000")]
    [InlineData("0xc000_0505_0000_0000", "TDX_SYS_NOT_READY")]
    [InlineData("TDX_SYS_NOT_READY --leaf TDH.SYS.RD", "0xc000050500000000|TDH.SYS.RD|too old")]
    [InlineData("sys_not_ready --leaf tdh_sys_rd", "0xc000050500000000|TDH.SYS.RD")]
    [InlineData("TDX_SEAMCALL_GP", "0x8000ff000000000d|not enabled by the BIOS")]
    [InlineData("0xe0000e0000000000", "TDX_INVALID_MBMD|fatal|is lost")]
    public async Task Explain_Status_NamesWhatItMeansAndWhatToDo(string arguments, string expected)
    {
        Assert.Equal(ExitCode.Done, await Run(["explain", .. arguments.Split(' ')]));
        Assert.All(expected.Split('|'), part => Assert.Contains(part, _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_KernelLogOnStandardInput_ExplainsEachFailedSeamcall()
    {
        _input = new StringReader("[1.0] virt/tdx: SEAMCALL (0x0000000000000022) failed: 0xc000050500000000\n[1.1] virt/tdx: RCX 0x0000000000000000 RDX 0x9100000100000008 R08 0x0\n"
            + "[1.2] usb 1-1: new device\n[7.5] tdx: SEAMCALL failed: CPU 94: leaf 33, error 0xc000092100000122.\n");

        Assert.Equal(ExitCode.Done, await Run("explain", "-"));

        string[] expected = ["TDX_SYS_NOT_READY", "TDH.SYS.RD", "Field      MAX_TDMRS", "RDX 0x9100000100000008", "TDX_INCORRECT_MSR_VALUE", "TDH.SYS.INIT", "IA32_TSX_CTRL"];
        Assert.All(expected, part => Assert.Contains(part, _output.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_LineAsArgument_IsExplained()
    {
        Assert.Equal(ExitCode.Done, await Run("explain", "virt/tdx: SEAMCALL (0x000000000000001c) failed: 0xc000030000000001"));
        Assert.Contains("TDH.PHYMEM.PAGE.RECLAIM", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("operand RCX", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_InputWithoutSeamcall_SaysWhatIsNeeded()
    {
        _input = new StringReader("nothing here\n");
        Assert.Equal(ExitCode.Failed, await Run("explain", "-"));
        Assert.Contains("as dmesg prints them", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_TwoSnapshots_NamesWhatDiffers()
    {
        string[] files = [await SnapshotFile("demo-r1-a01"), await SnapshotFile("demo-r1-a02")];
        _output.GetStringBuilder().Clear();

        Assert.Equal(ExitCode.Done, await Run("diff", files[0], files[1]));
        Assert.Contains("~ host.name", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("demo-r1-a02", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await Run("diff", files[0], files[0]));
        Assert.Equal("The snapshots are equal.\n", _output.ToString());
    }

    [Fact]
    public async Task Diff_FileThatIsNoSnapshot_SaysWhichAndWhy()
    {
        string file = Path.Combine(_folder, "cut.json");
        await File.WriteAllTextAsync(file, "{\"schema\":1", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failed, await Run("diff", file, file));
        Assert.Contains(file, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await Run("diff", file + "-absent", file));
    }

    [Fact]
    public async Task Show_Why_NamesTheNeighboursOfEachHole()
    {
        Assert.Equal(ExitCode.Done, await Run("show", "--demo", "demo-r1-a07", "--why"));
        Assert.Contains("Why each area is reserved", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("No memory ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_Json_IsAValidSnapshot()
    {
        Assert.Equal(ExitCode.Done, await Run("show", "--demo", "demo-r1-a07", "--json"));

        SnapshotParse parse = SnapshotCodec.Parse(System.Text.Encoding.UTF8.GetBytes(_output.ToString()));
        Assert.Null(parse.Error);
        Assert.Equal("demo-r1-a07", parse.Snapshot!.Host.Name.Value);
    }

    [Fact]
    public async Task Show_Demo_SaysThatItIsMadeUp()
    {
        Assert.Equal(ExitCode.Done, await Run("show", "--demo", "demo-r1-a07"));
        Assert.Contains("Demo machine: everything about it is made up", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("[emulated]", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', _output.ToString());
    }

    [Fact]
    public async Task Capture_ThenReplay_ShowsTheSameMachine()
    {
        string file = Path.Combine(_folder, "host.json");

        Assert.Equal(ExitCode.Done, await Run("capture", file, "--demo", "demo-r2-b01"));
        Assert.Contains("look through it before you share it", _output.ToString(), StringComparison.Ordinal);
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await Run("show", "--json", "--demo", "demo-r2-b01"));
        string direct = _output.ToString();
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await Run("show", "--json", "--replay", file));
        Assert.Equal(direct, _output.ToString());
        Assert.Equal([file], Directory.GetFiles(_folder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Enroll_IfNeeded_AsksNobodyWhereThereIsAnIdentityForTheDashboard()
    {
        // A name that leads nowhere, and no token.
        var address = new Uri("https://dashboard.invalid:8443");
        string[] line = ["enroll", address.ToString(), "--if-needed", "--state", _folder];
        var file = new IdentityFile(_folder);
        Assert.Equal(ExitCode.Usage, await Run(line));
        Assert.Contains("There is no token", _error.ToString(), StringComparison.Ordinal);

        ProbeIdentity known = ProbeIdentity.Make(ProbeScope.Host, DemoMachines.All[0].HostId, address, null) with { Realm = "a dashboard" };
        file.Promote(known);
        Assert.Equal(ExitCode.Done, await Run(line));
        Assert.Contains($"is enrolled at {address}, by key {known.KeyId()[..16]}", _output.ToString(), StringComparison.Ordinal);

        // Another dashboard, another use, or a key whose enrolment was never answered.
        Assert.Equal(ExitCode.Usage, await Run("enroll", "https://other.invalid:8443", "--if-needed", "--state", _folder));
        Assert.Equal(ExitCode.Usage, await Run([.. line, "--for", "demo"]));
        file.Promote(known with { Realm = "" });
        Assert.Equal(ExitCode.Usage, await Run(line));
    }

    [Fact]
    public async Task Replay_BadFile_IsExitCodeOneWithRemedy()
    {
        string file = Path.Combine(_folder, "bad.json");
        await File.WriteAllTextAsync(file, "{\"format\": \"tdxprobe-dump\"", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Failed, await Run("show", "--replay", file));
        Assert.Contains(file, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Capture the host again", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await Run("show", "--replay", Path.Combine(_folder, "none.json")));
    }

    [Fact]
    public async Task Capture_FolderAbsent_IsExitCodeOne()
    {
        Assert.Equal(ExitCode.Failed, await Run("capture", Path.Combine(_folder, "none", "x.json"), "--demo", "demo-r1-a01"));
        Assert.Contains("cannot be written", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Options_ReachTheService()
    {
        Assert.Equal(ExitCode.Done, await Run("run", "--dashboard", "https://dash:8080", "--state", _folder, "--interval", "5m", "--module", "none"));

        (ISnapshotSource source, ProbeServiceOptions options) = Assert.Single(_started);
        Assert.Equal((new Uri("https://dash:8080"), _folder, TimeSpan.FromMinutes(5), null), (options.Dashboard, options.StateFolder, options.Interval, options.HostId));
        Assert.Equal(Origin.Live, source.Origin);
    }

    [Fact]
    public async Task Run_JournalCannotBeOpened_IsExitCodeOneWithTheReason()
    {
        ProbeEnvironment environment = Environment() with { Service = (_, _, _, _, _) => throw new IOException("The journal /x cannot be opened. Free the disk.") };

        Assert.Equal(ExitCode.Failed, await ProbeCommandLine.RunAsync(["run", "--state", _folder, "--module", "none"], environment));
        Assert.Equal("tdxprobe: The journal /x cannot be opened. Free the disk.\n", _error.ToString());
    }

    [Fact]
    public async Task Demo_SomeMachines_EachHasItsStateFolderAndId()
    {
        Assert.Equal(ExitCode.Done, await Run("demo", "--count", "3", "--state", _folder));

        Assert.Equal(
            DemoMachines.All.Take(3).Select(machine => (Path.Combine(_folder, machine.Name), (string?)machine.HostId)),
            _started.Select(start => (start.Options.StateFolder, start.Options.HostId)).OrderBy(start => start.HostId, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Demo_List_NamesAllMachines()
    {
        Assert.Equal(ExitCode.Done, await Run("demo", "--list"));
        Assert.All(DemoMachines.All, machine => Assert.Contains(machine.Name, _output.ToString(), StringComparison.Ordinal));
        Assert.Empty(_started);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<string> SnapshotFile(string demo)
    {
        _output.GetStringBuilder().Clear();
        Assert.Equal(ExitCode.Done, await Run("show", "--demo", demo, "--json"));
        string file = Path.Combine(_folder, demo + ".json");
        await File.WriteAllTextAsync(file, _output.ToString(), TestContext.Current.CancellationToken);
        return file;
    }

    private Task<int> Run(params string[] args) => ProbeCommandLine.RunAsync(args, Environment());

    private ProbeEnvironment Environment()
    {
        string profiles = Path.Combine(_folder, "..", Path.GetFileName(_folder) + "-profiles");
        Directory.CreateDirectory(profiles);
        File.WriteAllText(Path.Combine(profiles, "tdx-1.5.08-emr.profile"), "");
        return new ProbeEnvironment
        {
            Output = _output,
            Input = _input,
            Error = _error,
            Style = new TerminalStyle(100, false),
            ProfileFolder = profiles,
            Doors = FakeTransport.Doors(),
            Steps = FakeSteps.Simple,
            View = Views.Of,
            Service = (source, options, _, _, _) =>
            {
                lock (_started)
                {
                    _started.Add((source, options));
                }

                return Task.CompletedTask;
            },
        };
    }
}
