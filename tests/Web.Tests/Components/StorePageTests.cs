using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Components.Pages;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Components;

public sealed class StorePageTests : BunitContext
{
    private HistoryStore Store { get; } = new();

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await Store.DisposeAsync();
    }

    [Fact]
    public async Task Page_Rule_SaysWhatWouldGoAndWhatTheCheckFound()
    {
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            await Store.InsertAsync(1, sequence, HistoryStore.Start.AddDays(sequence));
        }

        Store.Time.SetUtcNow(HistoryStore.Start.AddDays(60));
        IRenderedComponent<StorePage> page = Open(new RetentionRule(TimeSpan.FromDays(30), null));

        page.WaitForAssertion(() => Assert.Equal("2", page.Find("[data-due]").GetAttribute("data-due")));
        Assert.Contains("Not checked since the start", page.Find("[data-stage]").TextContent, StringComparison.Ordinal);

        page.FindAll("button").Single(button => button.TextContent == "Check now").Click();

        page.WaitForAssertion(() => Assert.Equal("Sound", page.Find("[data-stage]").GetAttribute("data-stage")), Dashboard.Patience);
        Assert.Contains("3 snapshots are what was stored", page.Find("[data-stage]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_NoRule_SaysHowToSetOne()
    {
        await Store.InsertAsync(1, 1, HistoryStore.Start);

        IRenderedComponent<StorePage> page = Open(new RetentionRule(null, null));

        page.WaitForAssertion(() => Assert.Contains("Nothing would be removed now", page.Find("[data-due]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Set TdxDash:Retention:Days", page.Markup, StringComparison.Ordinal);
        Assert.Contains("No backups are scheduled. Set TdxDash:Backup:Folder", page.Find("[data-schedule]").TextContent, StringComparison.Ordinal);
        Assert.Contains($"--TdxDash:DataFolder {Store.Engine.Folder}", page.Find(".command code").TextContent, StringComparison.Ordinal);
    }

    private IRenderedComponent<StorePage> Open(RetentionRule rule)
    {
        var options = new DashboardOptions
        {
            DataFolder = Store.Engine.Folder,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = 1, QueueBytes = 1 },
            Retention = rule,
        };
        var condition = new StoreCondition(Store.Writer);
        Services.AddSingleton<IViewer>(new FakeViewer());
        Services.AddSingleton<TimeProvider>(Store.Time);
        Services.AddSingleton<IStoreCondition>(condition);
        Services.AddSingleton(Store.Engine);
        Services.AddSingleton(options);
        Services.AddSingleton(new NodeCondition(JobTurn.Alone()));
        Services.AddSingleton(new StoreKeeper(Store.Engine, Store.Writer, condition, JobTurn.Alone(), options, Store.Time, NullLogger<StoreKeeper>.Instance));
        Services.AddSingleton(new BackupKeeper(Store.Path, options, Store.Time, NullLogger<BackupKeeper>.Instance));
        Services.AddScoped<CircuitRenders>();
        JSInterop.Mode = JSRuntimeMode.Loose;
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        return Render<StorePage>();
    }
}
