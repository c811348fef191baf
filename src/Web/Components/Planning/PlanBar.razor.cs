using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Kept;

namespace TdxDash.Web.Components.Planning;

/// <summary>What can be done with the plans of the page: choose, copy, remove, save, hand on, print.</summary>
public sealed partial class PlanBar
{
    private const string FileName = "tdxdash-plan";

    private KeptList? _kept;

    /// <summary>The plans.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<PlanSheet> Sheets { get; set; } = [];

    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public PlannerState State { get; set; } = null!;

    /// <summary>The address of what the page shows.</summary>
    [Parameter, EditorRequired]
    public string Link { get; set; } = "";

    /// <summary>The browser's part.</summary>
    [Parameter, EditorRequired]
    public PlanScript Script { get; set; } = null!;

    /// <summary>Asks for the plan of a place to be edited.</summary>
    [Parameter]
    public EventCallback<int> OnEdit { get; set; }

    /// <summary>Asks for a copy of the edited plan.</summary>
    [Parameter]
    public EventCallback OnAdd { get; set; }

    /// <summary>Asks for the plan of a place to go.</summary>
    [Parameter]
    public EventCallback<int> OnRemove { get; set; }

    /// <summary>Asks for a saved text in the place of the edited one.</summary>
    [Parameter]
    public EventCallback<string> OnOpen { get; set; }

    private PlanSheet Edited => Sheets[State.Edited];

    private bool HasResults => Sheets.Any(sheet => sheet.View is not null);

    private async Task SaveAsync(bool isCsv)
    {
        PlanSheetResult[] plans = [.. Sheets.Where(sheet => sheet.View is not null).Select(sheet => new PlanSheetResult(sheet.View!, sheet.IsSearching ? null : sheet.Headroom))];

        // What is still being searched belongs into the file.
        string text = await Task.Run(() =>
        {
            PlanSheetResult[] whole = [.. plans.Select(plan => plan with { Headroom = plan.Headroom ?? Headroom.Of(plan.Result.Machine) })];
            return isCsv ? PlanFiles.Csv(whole) : PlanFiles.Json(whole);
        });
        await (isCsv ? Script.DownloadAsync(FileName + ".csv", "text/csv;charset=utf-8", text) : Script.DownloadAsync(FileName + ".json", "application/json", text));
    }
}
