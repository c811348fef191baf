using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Import;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live;
using TdxDash.Wire;

namespace TdxDash.Web.Components.Pages;

/// <summary>Takes a log or report, shows what was understood of it, and makes a host of it.</summary>
public sealed partial class ImportPage : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _reading;
    private ImportResult? _result;
    private Verdict? _verdict;
    private ByteSize _read, _size;
    private string _fileName = "", _name = "", _error = "";
    private bool _storing, _listens;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IImportIntake Intake { get; set; } = null!;

    [Inject]
    private IFleetView FleetView { get; set; } = null!;

    private string What => ImportResult.CheckName(_name) is { } wrong ? wrong
        : FleetView.Find(ImportedHost.IdOf(_name)) is not null ? "A host of this name was imported before: this adds a snapshot to it."
        : FleetView.Hosts.Any(host => host.Summary.Name == _name) ? "Another host has this name too. The imported one stays apart from it, labelled as reported by file."
        : "A new host, labelled as reported by file.";

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    // The file input listens only after its own first render, which comes before this one's.
    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
        {
            _listens = true;
            StateHasChanged();
        }
    }

    private async Task ReadAsync(InputFileChangeEventArgs change)
    {
        IBrowserFile file = change.File;
        _error = "";
        _fileName = PlainText.Of(file.Name);
        if (file.Size > TextUpload.MaxBytes)
        {
            _error = $"{_fileName} has {Size(file.Size)}; at most {TextUpload.MaxSize} can be uploaded. Run tdxprobe import FILE --dashboard {Nav.BaseUri.TrimEnd('/')}, which reads files of any size.";
            return;
        }

        using var reading = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        (_reading, _read, _size) = (reading, new ByteSize(0), new ByteSize((ulong)file.Size));
        try
        {
            Show(await UnderstandAsync(file, reading.Token));
        }
        catch (OperationCanceledException)
        {
            _error = _gone.IsCancellationRequested ? "" : $"Reading {_fileName} was cancelled. Nothing was stored.";
        }
        catch (Exception e) when (e is IOException or JSException or TimeoutException or InvalidOperationException)
        {
            _error = $"{_fileName} could not be read to its end: {PlainText.Of(e.Message)} Nothing was stored: choose it again.";
        }
        finally
        {
            _reading = null;
        }
    }

    private async Task<ImportResult> UnderstandAsync(IBrowserFile file, CancellationToken cancellation)
    {
        var reader = new ImportReader();
        await TextUpload.ReadAsync(file, bytes =>
        {
            reader.Feed(bytes.Span);
            return !reader.IsRefused;
        }, read =>
        {
            _read = read;
            StateHasChanged();
        }, cancellation);

        // A large map is worked out on a worker, so that the circuit goes on meanwhile.
        return await Task.Run(reader.Finish, cancellation);
    }

    private void Show(ImportResult result)
    {
        if (result.Snapshot is null)
        {
            _error = $"{_fileName}: {result.Refusal}";
            return;
        }

        _result = result;
        _verdict = ReadinessChecks.Run(result.Snapshot);
        string file = Path.GetFileNameWithoutExtension(_fileName);
        _name = result.SuggestedName.Length > 0 ? result.SuggestedName : ImportResult.CheckName(file) is null ? file : "";
    }

    private async Task StoreAsync()
    {
        if (_storing || _result is null || ImportResult.CheckName(_name) is not null)
        {
            return;
        }

        _storing = true;
        _error = "";
        ImportOutcome outcome = await Intake.StoreAsync(_result.Named(_name), _name, _gone.Token);
        _storing = false;
        if (outcome.Error.Length > 0)
        {
            _error = $"Nothing was stored: {outcome.Error}";
            return;
        }

        Nav.NavigateTo(HostTabs.Href(outcome.HostId, HostTab.Overview));
    }

    private void StartOver() => (_result, _verdict, _error, _name) = (null, null, "", "");

    private static string Size(long bytes) => new ByteSize((ulong)bytes).ToString();
}
