using System.Text.RegularExpressions;
using TdxDash.EndToEnd.Processes;
using TdxDash.Testing;

namespace TdxDash.EndToEnd;

/// <summary>A dashboard with more demo hosts than fit a window, and one host from a file.</summary>
public sealed partial class FleetSite : IAsyncLifetime
{
    /// <summary>How many demo hosts it has.</summary>
    public const int DemoHosts = 60;

    private readonly TemporaryFolder _folder = new();
    private Dashboard? _dashboard;

    public Uri Address => _dashboard!.Address;

    public async ValueTask InitializeAsync()
    {
        await using (RunningProcess seed = Probe.Seed(_folder.Sub("dashboard"), DemoHosts))
        {
            await seed.LineAsync(Seeded());
        }

        await Enrolment.AddToAsync(_folder.Sub("dashboard"));
        _dashboard = await Dashboard.StartAsync(_folder.Sub("dashboard"));
        await ImportAsync("02-gnr-hpe-dl380a-gen12.txt", "rack5");
    }

    /// <summary>Adds a host from a capture.</summary>
    internal async Task ImportAsync(string capture, string name)
    {
        await using RunningProcess import = Probe.Import(Address, _folder.Sub("import"), Repository.Data("captures", capture), name);
        await import.LineAsync(Stored());
    }

    public async ValueTask DisposeAsync()
    {
        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }

    [GeneratedRegex("demo hosts with [0-9]+ snapshots")]
    private static partial Regex Seeded();

    [GeneratedRegex("has stored it as host ")]
    private static partial Regex Stored();
}
