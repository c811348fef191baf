using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.History;

/// <summary>The annotations of a time: to read, write, change and delete, with a moment to undo that.</summary>
public sealed partial class AnnotationPanel : IDisposable
{
    private string _from = "";
    private string _to = "";
    private string _text = "";
    private string _tags = "";
    private string _problem = "";
    private Annotation? _editing;
    private long? _deleted;
    private ITimer? _undo;
    private TimeWindow? _proposed;

    /// <summary>The host; null for the fleet.</summary>
    [Parameter]
    public string? HostId { get; set; }

    /// <summary>The annotations.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<Annotation> Notes { get; set; } = [];

    /// <summary>How times are written.</summary>
    [Parameter, EditorRequired]
    public ZoneClock Clock { get; set; } = null!;

    /// <summary>A time that a person chose to annotate; null for none.</summary>
    [Parameter]
    public TimeWindow? Proposed { get; set; }

    /// <summary>Told when annotations changed.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private IAnnotations Annotations { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private bool MayWrite => May(HostId);

    /// <inheritdoc/>
    public void Dispose() => _undo?.Dispose();

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (_from.Length == 0)
        {
            _from = Written(Time.GetUtcNow());
        }

        if (Proposed is { } proposed && proposed != _proposed)
        {
            (_proposed, _from, _to) = (proposed, Written(proposed.From), Written(proposed.To));
        }
    }

    private static string Text(ChangeEventArgs e) => e.Value?.ToString() ?? "";

    private static string Written(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private void Edit(Annotation note)
    {
        (_editing, _problem) = (note, "");
        (_from, _to, _text, _tags) = (Written(note.From), note.To is { } to ? Written(to) : "", note.Text, string.Join(' ', note.Tags));
    }

    private void Clear() => (_editing, _problem, _from, _to, _text, _tags) = (null, "", Written(Time.GetUtcNow()), "", "", "");

    private async Task SaveAsync()
    {
        if (!UrlTime.TryParse(_from.Trim(), out DateTimeOffset from) || !TryEnd(out DateTimeOffset? to))
        {
            _problem = $"'{UrlReader.Shown(_from)}' or '{UrlReader.Shown(_to)}' is no time: write it as 2026-03-01 12:00:05, in UTC.";
            return;
        }

        (AnnotationDraft? draft, string? problem) = AnnotationDraft.Check(_editing is null ? HostId : _editing.HostId, from, to, _text, _tags);
        problem ??= _editing is null
            ? (await Annotations.AddAsync(draft!, Viewer.Actor)).Problem
            : await Annotations.EditAsync(_editing.Id, draft!, Viewer.Actor);
        if (problem is not null)
        {
            _problem = problem;
            return;
        }

        Clear();
        await OnChanged.InvokeAsync();
    }

    private bool TryEnd(out DateTimeOffset? to)
    {
        to = null;
        if (_to.Trim().Length == 0)
        {
            return true;
        }

        bool ok = UrlTime.TryParse(_to.Trim(), out DateTimeOffset end);
        to = ok ? end : null;
        return ok;
    }

    private async Task DeleteAsync(Annotation note)
    {
        _problem = await Annotations.DeleteAsync(note.Id, Viewer.Actor) ?? "";
        if (_problem.Length > 0)
        {
            return;
        }

        _deleted = note.Id;
        _undo?.Dispose();
        _undo = Time.CreateTimer(_ => _ = InvokeAsync(() => Forget(note.Id)), null, IAnnotations.UndoTime, Timeout.InfiniteTimeSpan);
        await OnChanged.InvokeAsync();
    }

    private void Forget(long id)
    {
        if (_deleted == id)
        {
            _deleted = null;
            StateHasChanged();
        }
    }

    private async Task RestoreAsync(long id)
    {
        _deleted = null;
        _problem = await Annotations.RestoreAsync(id, Viewer.Actor) ?? "";
        await OnChanged.InvokeAsync();
    }

    // What speaks of the whole fleet takes the role everywhere.
    private bool May(string? hostId) => hostId is null ? Viewer.Rights.MayEverywhere(Role.Operator) : Viewer.May(Role.Operator, hostId);
}
