using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Options;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.Catalogue;

public sealed class CatalogueFileTests
{
    private readonly FakeTimeProvider _time = new(Samples.Now);

    [Fact]
    public async Task File_ThatChanges_IsTakenAndABadOneChangesNothing()
    {
        using var folder = new TempFolder();
        string path = folder.File("list.json");
        await WriteAsync(path, List("2026-08", "1.5.08", "1.5.30"));
        using CatalogueFile file = File(path);
        await file.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("2026-08", 2, null), (file.Current.AsOf, file.Current.Releases.Count, file.State.Trouble));

        await WriteAsync(path, "{ \"format\": 1, \"asOf\": \"never\" }");
        file.Look();
        Assert.Equal("2026-08", file.Current.AsOf);
        Assert.Contains("asOf is 'never'", file.State.Trouble, StringComparison.Ordinal);
        Assert.Contains("the list as of 2026-08 stays in use", file.State.Trouble, StringComparison.Ordinal);

        System.IO.File.Delete(path);
        file.Look();
        Assert.Contains(path, file.State.Trouble, StringComparison.Ordinal);

        await WriteAsync(path, List("2026-09", "1.5.31"));
        file.Look();
        Assert.Equal(("2026-09", null), (file.Current.AsOf, file.State.Trouble));
        Assert.Equal(Encoding.UTF8.GetString(file.Bytes.Span), await System.IO.File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        await file.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task File_ThatChangesWhileTheDashboardRuns_IsSeenByItself()
    {
        using var folder = new TempFolder();
        string path = folder.File("list.json");
        using CatalogueFile file = File(path);
        await file.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ModuleCatalogue.Shipped.AsOf, file.Current.AsOf);
        Assert.Contains($"the list as of {ModuleCatalogue.Shipped.AsOf} stays in use", file.State.Trouble, StringComparison.Ordinal);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        file.Changed += changed.SetResult;

        await WriteAsync(path, List("2026-09", "1.5.31"));
        while (!changed.Task.IsCompleted)
        {
            _time.Advance(CatalogueFile.LookEvery);
            await Task.Yield();
        }

        Assert.Equal("2026-09", file.Current.AsOf);
        await file.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task File_NotNamed_IsTheShippedList()
    {
        using CatalogueFile file = File(null);
        await file.StartAsync(TestContext.Current.CancellationToken);

        Assert.Same(ModuleCatalogue.Shipped, file.Current);
        Assert.Equal(new CatalogueState(null, null, null), file.State);
    }

    [Fact]
    public void Projection_WithAnotherList_CountsAnew()
    {
        var fleet = new FakeFleet();
        fleet.Report(Samples.Entry());
        var catalogue = new FakeCatalogue();
        using var projection = new FleetProjection(fleet, new FakeLabels(), catalogue, _time);
        Assert.Equal(4, projection.Current.Hosts.Single().Figures.Newer.Value.Count);

        catalogue.Replace(CatalogueReader.Read(Encoding.UTF8.GetBytes(List("2026-08", "1.5.08", "1.5.30"))), new CatalogueState("x", Samples.Now, null));

        HostFigures figures = projection.Current.Hosts.Single().Figures;
        Assert.Equal(new ModuleVersion(1, 5, 30), Assert.Single(figures.Newer.Value).Version);
        Assert.Equal("the module catalogue as of 2026-08", figures.Newer.Source);
        Assert.Same(figures, projection.Current.Hosts.Single().Figures);
    }

    private static string List(string asOf, params string[] versions) =>
        $$"""{"format":1,"asOf":"{{asOf}}","sources":{"a":"a test"},"releases":[{{string.Join(',', versions.Select(version => $$"""{"version":"{{version}}","families":["EMR"],"source":"a"}"""))}}]}""";

    // Two writes within one tick of the file system's clock would look the same.
    private static async Task WriteAsync(string path, string text)
    {
        await System.IO.File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        System.IO.File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(text.GetHashCode(StringComparison.Ordinal) & 0xFFFF));
    }

    private CatalogueFile File(string? path) => new(new DashboardOptions
    {
        DataFolder = "",
        Urls = [],
        AllowRemote = false,
        Store = new StoreOptions { QueueLength = 1, QueueBytes = 1 },
        ModuleCatalogue = path,
    }, _time, NullLogger<CatalogueFile>.Instance);
}
