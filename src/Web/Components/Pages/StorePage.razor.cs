using System.Data.Common;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Components.Pages;

/// <summary>The condition of the dashboard's own database: its check, its size, what retention would remove, how to back it up.</summary>
public sealed partial class StorePage : IDisposable
{
    private RetentionPlan? _plan;
    private string? _failure;
    private string? _library;
    private RenderTurn? _turn;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IStoreCondition Condition { get; set; } = null!;

    [Inject]
    private NodeCondition Nodes { get; set; } = null!;

    [Inject]
    private StoreKeeper Keeper { get; set; } = null!;

    [Inject]
    private BackupKeeper Backups { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private StoreEngine Store { get; set; } = null!;

    [Inject]
    private DashboardOptions Options { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string BackupFile => $"tdxdash-{Time.GetUtcNow().ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.{(Store is PostgresStore ? "dump" : "db")}";

    private (string Backup, string Restore) Commands => Store is PostgresStore postgres
        ? postgres.Commands(BackupFile)
        : ($"TdxDash.Web backup {BackupFile} --TdxDash:DataFolder {Store.Folder}", $"TdxDash.Web restore {BackupFile} --TdxDash:DataFolder {Store.Folder}");

    /// <inheritdoc/>
    public void Dispose()
    {
        Condition.Changed -= Ask;
        _turn?.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            _turn = Renders.Join(() => _ = InvokeAsync(StateHasChanged));
            Condition.Changed += Ask;
        }

        try
        {
            _library = await Task.Run(() => Store.Library);
            _plan = await Task.Run(() => new RetentionReader(Store).Plan(Options.Retention, UnixTime.ToMicroseconds(Time.GetUtcNow())));
        }
        catch (DbException e)
        {
            _failure = $"What would be removed cannot be worked out: {e.Message} Look at the check above.";
        }
    }

    private static ByteSize Bytes(long bytes) => new((ulong)bytes);

    private static string CheckText(CheckReport check) => check.Stage switch
    {
        CheckStage.NotRun => "Not checked since the start.",
        CheckStage.Running => $"A check runs since {Wording.Exact(check.At!.Value)}.",
        CheckStage.Sound => string.Create(CultureInfo.InvariantCulture,
            $"Sound: {check.Bodies:#,0} snapshots are what was stored. Checked {Wording.Exact(check.At!.Value)} in {check.Took.TotalSeconds:0.0} s."),
        CheckStage.Damaged => $"Damaged, as the check of {Wording.Exact(check.At!.Value)} found:",
        _ => $"The check of {Wording.Exact(check.At!.Value)} could not be carried out:",
    };

    private void Ask() => _turn?.Request();

    private Task CheckAsync() => Viewer.Rights.MayEverywhere(Role.Administrator) ? Keeper.CheckAsync(CancellationToken.None) : Task.CompletedTask;
}
