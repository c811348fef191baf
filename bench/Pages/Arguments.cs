namespace TdxDash.Pages;

/// <summary>What the command line says.</summary>
/// <param name="Web">TdxDash.Web.dll of a published dashboard.</param>
/// <param name="Data">The dashboard's data folder, seeded by DemoFleet.</param>
/// <param name="Port">The port to start it on.</param>
/// <param name="DemoFleet">DemoFleet.dll, which lets the dashboard hear of the hosts.</param>
/// <param name="Hosts">How many hosts the folder has.</param>
/// <param name="Part">The one part that is measured; null for all.</param>
/// <param name="Kinds">The kinds of pages whose memory is measured; empty for all.</param>
internal sealed record Arguments(string Web, string Data, int Port, string DemoFleet, int Hosts, string? Part, IReadOnlyList<string> Kinds)
{
    public const string Usage = """
        Usage: Pages WEB DATA DEMOFLEET HOSTS [start|journey|planner|weight|memory [KIND]...]

        Measures the dashboard in Chromium (/usr/bin/chromium-headless-shell): start, first rows, search and sort, host pages, the fleet of another time, the
        planner, page weight, and memory of the server for each open page.

        WEB        TdxDash.Web.dll of a published dashboard
        DATA       a data folder that DemoFleet seeded
        DEMOFLEET  DemoFleet.dll, which lets the dashboard hear of the hosts
        HOSTS      how many there are

        It signs in as the administrator "bench", which it makes, and enrols a machine of demo hosts; Node.js is needed for that.
        The last word measures one part only; memory that of all kinds of pages, or of those that are named: Fleet compare live.

        """;

    private static readonly string[] Parts = ["start", "journey", "planner", "weight", "memory"];

    public static Arguments? Read(string[] args) =>
        args is [var web, var data, var fleet, var hosts, .. var part] && File.Exists(web) && Directory.Exists(data) && File.Exists(fleet) && int.TryParse(hosts, out int count)
            && (part.Length == 0 || (Parts.Contains(part[0], StringComparer.Ordinal) && (part.Length == 1 || part[0] == "memory")))
            ? new Arguments(Path.GetFullPath(web), Path.GetFullPath(data), 18_937, Path.GetFullPath(fleet), count, part.FirstOrDefault(), [.. part.Skip(1)])
            : null;

    public bool Measures(string part) => Part is null || Part == part;
}
