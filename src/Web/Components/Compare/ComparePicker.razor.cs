using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Compare;

/// <summary>Chooses what is compared: hosts by name or identity, each with a time or its latest snapshot.</summary>
public partial class ComparePicker
{
    private readonly List<Row> _rows = [];
    private CompareState? _shown;
    private string _problem = "", _choices = "";

    /// <summary>What is compared now.</summary>
    [Parameter, EditorRequired]
    public CompareState State { get; set; } = null!;

    /// <summary>Told what to compare instead.</summary>
    [Parameter]
    public EventCallback<CompareState> OnChange { get; set; }

    [Inject]
    private IFleetProjection Fleet { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (State.Equals(_shown))
        {
            return; // what is being typed must not be lost
        }

        // Hosts are looked up, and not kept: a page that does not change would hold a whole fleet of this moment.
        FleetSnapshot fleet = Fleet.Current;
        _shown = State;
        _problem = "";
        _choices = HostChoices.Of(fleet);
        _rows.Clear();
        _rows.AddRange(State.Refs.Select(name => RowOf(name, fleet)));
        while (_rows.Count < 2)
        {
            _rows.Add(new Row());
        }
    }

    private static string Text(ChangeEventArgs e) => (e.Value?.ToString() ?? "").Trim();

    private static Row RowOf(SnapshotRef name, FleetSnapshot fleet)
    {
        FleetHost? host = fleet.Hosts.FirstOrDefault(one => one.Id == name.HostId);
        bool isUnique = host is not null && fleet.Hosts.Count(one => one.Summary.Name == host.Summary.Name) == 1;
        string at = name.Revision is { } revision ? $"r{revision.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : name.At is { } time ? UrlTime.Write(time) : "";
        return new Row { Host = isUnique ? host!.Summary.Name : name.HostId, At = at };
    }

    private Task SwapAsync()
    {
        (_rows[0], _rows[1]) = (_rows[1], _rows[0]);
        return ApplyAsync();
    }

    private async Task ApplyAsync()
    {
        var refs = ImmutableArray.CreateBuilder<SnapshotRef>();
        foreach (Row row in _rows.Where(row => row.Host.Length > 0))
        {
            if (Resolve(row, out SnapshotRef? name) is { } problem)
            {
                _problem = problem;
                return;
            }

            refs.Add(name!);
        }

        _problem = refs.Count < 2 ? "Name at least two." : "";
        if (refs.Count >= 2)
        {
            await OnChange.InvokeAsync(State with { Refs = refs.ToImmutable() });
        }
    }

    private string? Resolve(Row row, out SnapshotRef? name)
    {
        name = null;
        FleetHost[] named = [.. Fleet.Current.Hosts.Where(host => host.Id == row.Host || string.Equals(host.Summary.Name, row.Host, StringComparison.OrdinalIgnoreCase)).Take(2)];
        return named switch
        {
            [] => $"No host is called '{UrlReader.Shown(row.Host)}'. Use a name or identity of the fleet page.",
            [_, _] => $"More than one host is called '{UrlReader.Shown(row.Host)}'. Use its identity.",
            [var one] => SnapshotRef.TryParse(row.At.Length == 0 ? one.Id : $"{one.Id}@{row.At}", out name),
            _ => null,
        };
    }

    private sealed class Row
    {
        public string Host { get; set; } = "";

        public string At { get; set; } = "";
    }
}
