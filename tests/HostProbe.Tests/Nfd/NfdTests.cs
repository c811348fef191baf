using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Nfd;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Nfd;

public sealed class NfdTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 20, 15, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-nfd").FullName;
    private readonly FakeTimeProvider _time = new(Now);

    private string Features => Path.Combine(_folder, "tdxdash");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("real", Provenance.Read, Origin.Live)]
    [InlineData("emulated-module", Provenance.Emulated, Origin.Live)]
    [InlineData("demo", Provenance.Emulated, Origin.Demo)]
    [InlineData("assumed-limits", Provenance.Hypothetical, Origin.Live)]
    public void Write_Host_IsTheGoldenFile(string name, Provenance provenance, Origin origin) =>
        Golden.Equal(Repository.Data("nfd", $"{name}.features"), NfdFile.Write(NfdFeatures.Of(View(provenance, origin)), NfdFile.DefaultNamespace, Now.AddMinutes(10)));

    // What NFD's own source of the processor says is never said again in other words.
    [Fact]
    public void Of_AnyHost_HasNoneOfNfdsOwnNamesAndNoEmulatedValueUnderARealName()
    {
        IReadOnlyList<NfdFeature> emulated = NfdFeatures.Of(View(Provenance.Emulated, Origin.Demo)), real = NfdFeatures.Of(View(Provenance.Read, Origin.Live));

        Assert.All(emulated.Concat(real), feature => Assert.StartsWith("tdxdash-", feature.Name, StringComparison.Ordinal));
        Assert.All(emulated, feature => Assert.StartsWith("tdxdash-emulated", feature.Name, StringComparison.Ordinal));
        Assert.DoesNotContain(real, feature => feature.Name.StartsWith("tdxdash-emulated", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_NothingKnown_SaysTheStateAlone()
    {
        Snapshot snapshot = new HostSnapshotSource(new HostTree().As(Origin.Live), new ModuleChoice(ModuleKind.None, new ModuleProfile("x", "x"), false, FakeTransport.Doors()), FakeSteps.Simple).Take();

        Assert.Equal("tdxdash-readiness", Assert.Single(NfdFeatures.Of(HostView.Of(snapshot))).Name);
    }

    [Theory]
    [InlineData(0, "low")]
    [InlineData(8, "low")]
    [InlineData(9, "medium")]
    [InlineData(12, "medium")]
    [InlineData(13, "high")]
    [InlineData(16, "full")]
    [InlineData(17, "exceeded")]
    public void UseClass_OfSixteen_IsTheWord(int used, string expected) => Assert.Equal(expected, NfdFeatures.UseClass(used, 16));

    [Fact]
    public void Write_FeaturesThatChange_ReplacesTheFileAndLeavesNothingBeside()
    {
        var writer = new NfdWriter(Features, NfdFile.DefaultNamespace, TimeSpan.FromMinutes(10), _time);

        Assert.True(writer.Write(View(Provenance.Read, Origin.Live)));
        Assert.False(writer.Write(View(Provenance.Read, Origin.Live)));
        Assert.True(writer.Write(View(Provenance.Emulated, Origin.Live)));

        Assert.Contains("tdxdash-emulated=true", File.ReadAllText(Features), StringComparison.Ordinal);
        Assert.Equal([Features], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Write_HalfOfTheLifetimeOver_IsWrittenAgainWithALaterEnd()
    {
        var writer = new NfdWriter(Features, NfdFile.DefaultNamespace, TimeSpan.FromMinutes(10), _time);
        writer.Write(View(Provenance.Read, Origin.Live));
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.False(writer.Write(View(Provenance.Read, Origin.Live)));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(writer.Write(View(Provenance.Read, Origin.Live)));

        Assert.Contains("# +expiry-time=2026-11-27T20:30:00Z\n", File.ReadAllText(Features), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_FileForNfd_IsReadableByEverybody()
    {
        new NfdWriter(Features, NfdFile.DefaultNamespace, null, _time).Write(View(Provenance.Read, Origin.Live));

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("rw-r--r--", Words(File.GetUnixFileMode(Features)));
        }

        Assert.DoesNotContain("expiry-time", File.ReadAllText(Features), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("feature.node.kubernetes.io", true)]
    [InlineData("sub.feature.node.kubernetes.io", true)]
    [InlineData("vendor.example", true)]
    [InlineData("kubernetes.io", false)]
    [InlineData("node.kubernetes.io", false)]
    [InlineData("k8s.io", false)]
    [InlineData("vendor", false)]
    [InlineData("Vendor.example", false)]
    [InlineData("-x.example", false)]
    [InlineData("a b.example", false)]
    [InlineData("", false)]
    public void IsNamespace_Text_IsWhetherNfdTakesIt(string text, bool expected) => Assert.Equal(expected, NfdFile.IsNamespace(text));

    [Theory]
    [InlineData(".hidden", "NFD ignores such files")]
    [InlineData("absent/file", "There is no folder")]
    public void Resolve_PathThatCannotBeUsed_IsSaid(string path, string words)
    {
        NfdWriter.Resolve(Path.Combine(_folder, path), out string? problem);

        Assert.Contains(words, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_Folder_NamesTheFileInIt()
    {
        Assert.Equal(Features, NfdWriter.Resolve(_folder, out string? problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Take_FileThatCannotBeWritten_IsSaidOnceAndHoldsUpNothing()
    {
        var said = new List<string>();
        Snapshot snapshot = View(Provenance.Read, Origin.Live).Snapshot;
        var writer = new NfdWriter(Path.Combine(_folder, "gone", "tdxdash"), NfdFile.DefaultNamespace, null, _time);
        var source = new NfdSource(new Fixed(snapshot), _ => View(Provenance.Read, Origin.Live), writer, said.Add);

        Assert.Same(snapshot, source.Take());
        source.Take();
        Assert.Contains("cannot be written", Assert.Single(said), StringComparison.Ordinal);

        Directory.CreateDirectory(Path.Combine(_folder, "gone"));
        source.Take();
        Assert.Equal(2, said.Count);
        Assert.True(File.Exists(writer.File));
    }

    private static string Words(UnixFileMode mode) => string.Concat("rwxrwxrwx".Select((c, i) => ((int)mode & (0x100 >> i)) != 0 ? c : '-'));

    private static HostView View(Provenance provenance, Origin origin)
    {
        Snapshot snapshot = new HostSnapshotSource(HostTree.TwoNodes().As(origin), new ModuleChoice(ModuleKind.None, new ModuleProfile("x", "x"), false, FakeTransport.Doors()), FakeSteps.Simple).Take();
        Reading<TdmrLimits> limits = Reading.Known(new TdmrLimits(64, 16, 16, 16, 16), provenance, "TDH.SYS.RD");
        var layout = new TdmrLayout
        {
            Error = LayoutError.None,
            Log = [],
            Tdmrs = [new Tdmr(new Tdx.Memory.AddressRange(0, 1 << 30), null, [.. Enumerable.Range(0, 13).Select(i => new ReservedArea(new Tdx.Memory.AddressRange((ulong)i << 20, ((ulong)i << 20) + 4096), ReservedCause.Hole))])],
            TdmrsNeeded = 2,
            PamtKiB = 1_048_576,
        };
        Provenance computed = provenance == Provenance.Read ? Provenance.Computed : provenance;
        snapshot = snapshot with { Layout = new LayoutFacts { Limits = limits, Layout = Reading.Known(layout, computed, "Linux TDMR construction") } };
        bool isKnown = provenance != Provenance.Hypothetical;
        ModuleIdentity module = ModuleIdentity.From(snapshot) with
        {
            Version = isKnown ? Reading.Known(new ModuleVersion(2, 0, 8), provenance, "TDH.SYS.RD") : Reading.Unreadable<ModuleVersion>("TDH.SYS.RD", "No device.", "Load it."),
            BuildNumber = isKnown ? Reading.Known(1234, provenance, "TDH.SYS.RD") : Reading.Unreadable<int>("TDH.SYS.RD", "No device.", "Load it."),
            BuildDate = isKnown ? Reading.Known(new DateOnly(2025, 3, 11), provenance, "TDH.SYS.RD") : Reading.Unreadable<DateOnly>("TDH.SYS.RD", "No device.", "Load it."),
        };
        return new HostView(snapshot, new Verdict(TdxState.AtRisk, "A test.", []), module);
    }

    private sealed class Fixed(Snapshot snapshot) : ISnapshotSource
    {
        public Origin Origin => snapshot.Origin;

        public string BootId => Guid.Empty.ToString("D");

        public Snapshot Take() => snapshot;
    }
}
