using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.History;

/// <summary>A chart that the browser draws, and the table that says the same.</summary>
public sealed partial class ChartView : IAsyncDisposable
{
    private const int Height = 200;

    private readonly CancellationTokenSource _gone = new();
    private ElementReference _root;
    private IJSObjectReference? _chart;
    private (ChartData Data, string Zone)? _drawn;
    private bool _isDrawing;
    private string _failure = "";

    /// <summary>What is drawn.</summary>
    [Parameter, EditorRequired]
    public ChartData Data { get; set; } = null!;

    /// <summary>How times are written.</summary>
    [Parameter, EditorRequired]
    public ZoneClock Clock { get; set; } = null!;

    /// <summary>Where the values come from; null where each says it elsewhere.</summary>
    [Parameter]
    public Provenance? Provenance { get; set; }

    /// <summary>The source of the values.</summary>
    [Parameter]
    public string Source { get; set; } = "";

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("dispose");
                await _chart.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the chart with it.
        }

        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!RendererInfo.IsInteractive || _isDrawing || _drawn == (Data, Clock.Name))
        {
            return;
        }

        (_isDrawing, _drawn) = (true, (Data, Clock.Name));
        try
        {
            await DrawAsync();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it was drawn.
        }
        catch (JSException)
        {
            _failure = "The chart could not be drawn by this browser; the table has its values.";
            StateHasChanged();
        }
        finally
        {
            _isDrawing = false;
        }
    }

    private async Task DrawAsync()
    {
        if (_chart is not null)
        {
            await _chart.InvokeVoidAsync("update", _gone.Token, ToScript());
            return;
        }

        await using IJSObjectReference module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + Assets["js/charts.js"]);
        _chart = await module.InvokeAsync<IJSObjectReference>("draw", _gone.Token, _root, ToScript());
    }

    private object ToScript() => new
    {
        library = Assets["lib/uplot/uPlot.iife.min.js"],
        style = Assets["lib/uplot/uPlot.min.css"],
        times = Data.Percents ?? Data.Times.Select(time => time.ToUnixTimeMilliseconds() / 1_000.0),
        percent = Data.Percents is not null,
        marks = Data.Marks.OrderBy(mark => mark.At).Select(mark => new { at = mark.At, to = mark.To, label = mark.Label }),
        series = Data.Series.Select(series => new { label = series.Label, values = series.Values, colour = series.Colour, dash = series.Dash, fill = series.Fill }),
        unit = Data.Unit,
        stacked = Data.IsStacked,
        stepped = Data.Percents is null,
        height = Height,
        zone = Clock.Name == "UTC" ? "Etc/UTC" : Clock.Name,
    };

    private string Place(int i) => Data.Percents is { } percents ? percents[i].ToString("0.##", CultureInfo.InvariantCulture) + " %" : Clock.Text(Data.Times[i]);

    private string Text(double? value) => value is not { } known
        ? "not known"
        : Data.Unit == "bytes" ? new ByteSize((ulong)known).ToString() : known.ToString("#,0", CultureInfo.InvariantCulture);
}
