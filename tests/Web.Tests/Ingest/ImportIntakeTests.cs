using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public sealed class ImportIntakeTests
{
    [Fact]
    public async Task Store_AnImport_IsStoredBeforeTheAnswerAsAHostOfItsOwn()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: HostSummary.From);

        ImportOutcome outcome = await StoreAsync(dashboard, "virt/tdx: module not loaded", "rack1-a07");

        Assert.Equal(("", ImportedHost.IdOf("rack1-a07")), (outcome.Error, outcome.HostId));
        Assert.Single(dashboard.Reader.Latest());
        HostEntry entry = dashboard.Fleet.Find(outcome.HostId)!;
        Assert.Equal((Origin.File, "rack1-a07"), (entry.Summary.Origin, entry.Summary.Name));
        Assert.False(entry.IsSilentAt(entry.LastSeen.AddYears(1)));
        Assert.Equal("rack1-a07", (await dashboard.Archive.LatestAsync(outcome.HostId, TestContext.Current.CancellationToken))!.Host.Name.Value);
    }

    [Fact]
    public async Task Store_TheSameNameAgain_AddsASnapshotToTheHost()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: HostSummary.From);
        ImportOutcome first = await StoreAsync(dashboard, "virt/tdx: module not loaded", "rack1-a07");

        ImportOutcome second = await StoreAsync(dashboard, "virt/tdx: module initialized", "RACK1-a07");

        Assert.Equal(first.HostId, second.HostId);
        Assert.Single(dashboard.Reader.Latest());
        Assert.Equal(["virt/tdx: module initialized"], (await dashboard.Archive.LatestAsync(second.HostId, TestContext.Current.CancellationToken))!.Kernel.LogLines.Value);
    }

    private static Task<ImportOutcome> StoreAsync(Dashboard dashboard, string log, string name) =>
        dashboard.Imports.StoreAsync(ImportReader.Read(log).Named(name), name, TestContext.Current.CancellationToken);
}
