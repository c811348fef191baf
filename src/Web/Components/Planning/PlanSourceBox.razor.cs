using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.JSInterop;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Import;

namespace TdxDash.Web.Components.Planning;

/// <summary>Makes a plan of a log, memory map or snapshot that is chosen, dropped or pasted. What is pasted takes the way of a file, in pieces; a later one overtakes one that is still being read.</summary>
public sealed partial class PlanSourceBox : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _reading;
    private PlanSource? _taken;
    private ByteSize _read, _size;
    private string _name = "", _error = "";

    /// <summary>The text of the plan as it stands.</summary>
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>Told of a plan with its mistakes, or of a machine.</summary>
    [Parameter]
    public EventCallback<PlanSource> OnSource { get; set; }

    private string Taken => _taken?.Log is { } log
        ? string.Create(CultureInfo.InvariantCulture, $"The plan is that of {_name}: {log.Used:#,0} of {log.Lines:#,0} lines used.")
        : $"The plan is that of the snapshot {_name}.";

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    private async Task ReadAsync(InputFileChangeEventArgs change)
    {
        IBrowserFile file = change.File;
        _reading?.Cancel();
        (_name, _error, _taken) = (PlainText.Of(file.Name), "", null);
        if (file.Size > TextUpload.MaxBytes)
        {
            _reading = null;
            _error = $"{_name} has {new ByteSize((ulong)file.Size)}; at most {TextUpload.MaxSize} can be uploaded. Run tdxprobe plan FILE, which reads files of any size.";
            return;
        }

        using var reading = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        (_reading, _read, _size) = (reading, new ByteSize(0), new ByteSize((ulong)file.Size));
        string error = "";
        PlanSource? source = null;
        try
        {
            source = await UnderstandAsync(file, reading.Token);
        }
        catch (OperationCanceledException)
        {
            error = $"Reading {_name} was cancelled. The plan is as it was.";
        }
        catch (Exception e) when (e is IOException or JSException or TimeoutException or InvalidOperationException)
        {
            error = $"{_name} could not be read to its end: {PlainText.Of(e.Message)} Choose it again.";
        }

        if (ReferenceEquals(_reading, reading))
        {
            _reading = null;
            _error = _gone.IsCancellationRequested ? "" : error;
            await TakeAsync(source);
        }
    }

    private async Task<PlanSource> UnderstandAsync(IBrowserFile file, CancellationToken cancellation)
    {
        var reader = new PlanSourceReader();
        await TextUpload.ReadAsync(file, bytes =>
        {
            reader.Feed(bytes.Span);
            return reader.WantsMore;
        }, read =>
        {
            _read = read;
            StateHasChanged();
        }, cancellation);

        // A large map is worked out on a worker, so that the circuit goes on meanwhile.
        return await Task.Run(reader.Finish, cancellation);
    }

    private async Task TakeAsync(PlanSource? source)
    {
        if (source?.Refusal is { } refusal)
        {
            _error = $"{_name}: {refusal}";
        }
        else if (source is { IsWritten: false, Text.Length: > PlanText.MaxLength })
        {
            _error = string.Create(CultureInfo.InvariantCulture, $"{_name}: its plan has {source.Text.Length:#,0} characters; at most {PlanText.MaxLength:#,0} are accepted here. Run tdxprobe plan FILE, which plans machines of any size.");
        }
        else if (source is not null)
        {
            _taken = source.IsWritten ? null : source;
            await OnSource.InvokeAsync(source);
        }
    }
}
