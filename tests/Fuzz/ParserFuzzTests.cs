using System.Globalization;
using TdxDash.Fuzz.Engine;
using TdxDash.Fuzz.Targets;

namespace TdxDash.Fuzz;

/// <summary>Every parser of outside text or bytes against made-up input; README.md says how and for how long.</summary>
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private const double UsualSeconds = 2;

    private static readonly FuzzTarget[] Targets =
    [
        new KernelLogTarget(), new ImportTarget(), new IomemTarget(), new MemblockTarget(), new SratTarget(), new KvmTarget(), new MetadataListTarget(), new AddressTextTarget(), new PlanTarget(),
        new SnapshotTarget(), new BodyTarget(), new ObservationTarget(), new SearchTarget(), new CatalogueTarget(), new DumpTarget(), HostFilesTarget.CpuInfo(), HostFilesTarget.Tree(),
    ];

    public static TheoryData<string> Names => [.. Targets.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Parse_OfMadeUpInput_KeepsItsPromises(string name)
    {
        var loop = new FuzzLoop(Targets.Single(target => target.Name == name), (int)Setting("TDXDASH_FUZZ_SEED", 1), TimeSpan.FromSeconds(Setting("TDXDASH_FUZZ_SECONDS", UsualSeconds)));
        Exception? broken = await Record.ExceptionAsync(() => loop.RunAsync(TestContext.Current.CancellationToken));
        output.WriteLine(loop.Summary);
        Assert.True(broken is null, broken?.ToString());
    }

    private static double Setting(string name, double usual) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text
        ? double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
        : usual;
}
