using System.Text;
using System.Text.Json;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Tests.Native;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Commands;

/// <summary>The plan command over real computations; the demo machines and profiles by the real native library.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-plan").FullName;
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private byte[] _input = [];

    public static TheoryData<string> Machines => [.. DemoMachines.All.Select(machine => machine.Name)];

    public static TheoryData<string> Modules => [.. PlanModules.All.Select(module => module.Name)];

    [Theory]
    [InlineData("fits", 0, "2 sockets × 512 GiB, hole 2G-4G, keyids 32, tds 10 x 32 GiB x 8 vcpus, use 25%")]
    [InlineData("fits-json", 0, "2 sockets × 32 GiB, hole 2G-4G, keyids 32, tds 2 x 8 GiB", "--json")]
    [InlineData("dynamic", 0, "2 sockets × 512 GiB, hole 2G-4G, dynamic-pamt, use 25%", "--module", "2.0.08")]
    [InlineData("reserved-areas", 1, "2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G")]
    [InlineData("reserved-areas-json", 1, "2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G", "--json")]
    [InlineData("cxl", 1, "2 sockets × 1 TiB, hole 2G-4G, cxl 512G@node2, hot-plug 256G")]
    [InlineData("tdmrs", 1, "70 sockets x 2 GiB")]
    [InlineData("capture-135", 0, "01-emr-fox-creek-pass.txt")]
    public async Task Plan_OfAMachine_IsTheGoldenFile(string golden, int code, params string[] args)
    {
        string[] full = [.. args.Select(arg => arg.EndsWith(".txt", StringComparison.Ordinal) ? Repository.Data("captures", arg) : arg)];
        Assert.Equal(code, await Run(["plan", .. full]));
        Assert.Equal("", _error.ToString());
        Golden.Equal(Repository.Data("plan", golden + ".golden.txt"), _output.ToString());
    }

    [Fact]
    public async Task Plan_OfAFileWithoutAnEnd_IsRefused()
    {
        Assert.Equal(ExitCode.Failed, await Run("plan", "/dev/zero"));
        Assert.Contains("/dev/zero: ", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2 sockets x 1 TB", "column 13: '1TB' can mean powers of ten or of two: write 1TiB.")]
    [InlineData("2 sockets x 1 TiB, foo 3", "column 20: 'foo' is no clause of a plan.")]
    [InlineData("ram 0-4G, ram 3G-9G", "column 11: The memory [0xc0000000, 0x240000000) of node 0 overlaps the memory [0x0, 0x100000000) of node 0.")]
    [InlineData("no-such-file.txt", "There is no file of that name either.")]
    public async Task Plan_WithAnError_IsWrongUsageAtItsColumn(string spec, string message)
    {
        Assert.Equal(ExitCode.Usage, await Run("plan", spec));
        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    [Theory]
    [InlineData("2 sockets x 32 GiB # two\nhole 2G-4G\n", ExitCode.Done, "262668 KB allocated for PAMT")]
    [InlineData("00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n100000000-207fffffff : System RAM\n", ExitCode.Done, "Would initialise")]
    [InlineData("2 sockets x 32 GB\n", ExitCode.Usage, "column 13")]
    [InlineData("* nothing of this is a plan\n", ExitCode.Failed, "Standard input: Nothing in the text speaks of TDX")]
    public async Task Plan_OnStandardInput_IsAPlanOrAMemoryMap(string text, int code, string expected)
    {
        _input = Encoding.UTF8.GetBytes(text);
        Assert.Equal(code, await Run("plan", "-"));
        Assert.Contains(expected, _output.ToString() + _error, StringComparison.Ordinal);

        string file = Path.Combine(_folder, "plan");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        Assert.Equal(code, await Run("plan", file));
    }

    [Fact]
    public async Task Plan_OfACompressedLog_NamesTheCompressionAlsoOnStandardInput()
    {
        _input = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3];
        Assert.Equal(ExitCode.Failed, await Run("plan", "-"));
        Assert.Contains("Standard input: The file is compressed with gzip. Uncompress it first (gzip -d).", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(207, "tdx-2.0.08-gnr", "Module tdx-2.0.08-gnr is for GNR, and the CPU is EMR. Use one of: tdx-1.5.08-emr, tdx-1.5.16-srf.")]
    [InlineData(106, "tdx-1.5.08-emr", "Module tdx-1.5.08-emr is for SPR, EMR, and the CPU is 6/106. No module that plans know is for it: leave --module out.")]
    [InlineData(207, "tdx-1.5.16-srf", null)]
    public async Task Plan_OfASnapshotWithAModule_TakesThoseOfItsFamilyOnly(int model, string module, string? refusal)
    {
        Snapshot host = TestSnapshots.WorkingHost();
        Snapshot snapshot = host with { Host = host.Host with { Cpu = host.Host.Cpu.Map(cpu => cpu with { Model = model }) } };
        string file = Path.Combine(_folder, "snapshot.json");
        await File.WriteAllBytesAsync(file, SnapshotCodec.Write(snapshot), TestContext.Current.CancellationToken);

        int code = await Run("plan", file, "--module", module);

        Assert.Equal(refusal is null ? ExitCode.Done : ExitCode.Failed, code);
        Assert.Contains(refusal ?? "Would initialise", _output.ToString() + _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfACaptureAndOfItsSnapshot_IsTheSame()
    {
        string dump = Repository.Data("dumps", "version1.json"), snapshot = Path.Combine(_folder, "snapshot.json");
        Assert.Equal(ExitCode.Done, await Run("show", "--replay", dump, "--json"));
        await File.WriteAllTextAsync(snapshot, _output.ToString(), TestContext.Current.CancellationToken);
        _output.GetStringBuilder().Clear();

        int code = await Run("plan", dump, "--json");
        string ofDump = _output.ToString();
        _output.GetStringBuilder().Clear();

        Assert.Equal(code, await Run("plan", snapshot, "--json"));
        Assert.Equal(ofDump, _output.ToString());
        using var json = JsonDocument.Parse(ofDump);
        Assert.Equal("hypothetical", json.RootElement.GetProperty("provenance").GetString());
        Assert.Equal("snapshot of rack1-a07", json.RootElement.GetProperty("source").GetString());

        _input = await File.ReadAllBytesAsync(dump, TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failed, await Run("plan", "-"));
        Assert.Contains("tdxprobe show --replay FILE --json", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_OfALogWithoutMemory_SaysWhatToAdd()
    {
        Assert.Equal(ExitCode.Failed, await Run("plan", Repository.Data("captures", "02-gnr-hpe-dl380a-gen12.txt")));
        Assert.Contains("there is no memory to plan with", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("/proc/iomem", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_TextOfTheJson_GivesTheSameResults()
    {
        await Run("plan", "2 sockets × 64 GiB, hole 2G-4G, firmware 3 x 64K in 1M-1G, keyids 32, tds 2 x 8 GiB", "--json");
        string first = _output.ToString();
        using var document = JsonDocument.Parse(first);
        _output.GetStringBuilder().Clear();

        await Run("plan", document.RootElement.GetProperty("plan").GetString()!, "--json");
        using var again = JsonDocument.Parse(_output.ToString());
        foreach (string part in new[] { "verdict", "pamt", "guests", "tdmrs", "plan" })
        {
            Assert.Equal(document.RootElement.GetProperty(part).GetRawText(), again.RootElement.GetProperty(part).GetRawText());
        }
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void PlanOfADemoMachine_GivesItsOwnLayout(string name)
    {
        Snapshot snapshot = DemoMachines.Find(name)!.Source(TransportDoors.Native, ModuleProfile.ShippedFolder, SnapshotSteps.Standard).Take();
        PlanMachine machine = PlanMachine.From(snapshot).Value;
        PlanResult result = Planner.Calculate(machine);
        PlanParse carried = PlanText.Parse(PlanText.Write(PlanImports.ToSpec(machine)));

        Assert.Empty(carried.Problems);
        Assert.Equal(SnapshotCodec.Write(snapshot), SnapshotCodec.Write(With(snapshot, result.Layout)));
        Assert.Equal(SnapshotCodec.Write(snapshot), SnapshotCodec.Write(With(snapshot, Planner.Calculate(carried.Machine!).Layout)));
        Assert.Equal((Provenance.Emulated, Provenance.Hypothetical), (result.Provenance, carried.Machine!.Provenance));
    }

    [Theory]
    [MemberData(nameof(Modules))]
    public void Module_OfThePlanner_IsTheShippedProfile(string name)
    {
        PlanModule module = PlanModules.Find(name)!;
        using NativeTransport transport = NativeTransport.OpenEmulated(NativeFiles.Shipped(name), []);
        var facts = new ModuleFacts { Transport = Reading.NotOffered<string>("", ""), Metadata = MetadataSweep.Run(transport).Fields };
        ModuleIdentity identity = ModuleIdentity.From(facts, new KernelTdxFacts
        {
            KvmIntelTdx = Reading.NotOffered<bool>("", ""),
            ModuleVersion = Reading.NotOffered<string>("", ""),
            SeamldrVersion = Reading.NotOffered<string>("", ""),
            RemainingUpdates = Reading.NotOffered<int>("", ""),
            KeyIdCapacity = Reading.NotOffered<long>("", ""),
            LogLines = Reading.NotOffered<IReadOnlyList<string>>("", ""),
        });

        Assert.Equal((module.Version, module.Limits, module.Features), (identity.Version.Value, identity.Limits.Value, identity.Features.Value));
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
    }

    private static Snapshot With(Snapshot snapshot, TdmrLayout layout) => snapshot with { Layout = snapshot.Layout with { Layout = snapshot.Layout.Layout.Map(_ => layout) } };

    private Task<int> Run(params string[] args) =>
        ProbeCommandLine.RunAsync(args, new ProbeEnvironment { Output = _output, Error = _error, InputBytes = new MemoryStream(_input), Style = new TerminalStyle(100, false) });
}
