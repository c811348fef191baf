namespace TdxDash.Pages;

/// <summary>What the command line says.</summary>
/// <param name="Web">TdxDash.Web.dll of a published dashboard.</param>
/// <param name="Data">The dashboard's data folder, seeded by DemoFleet.</param>
/// <param name="Port">The port to start it on.</param>
/// <param name="DemoFleet">DemoFleet.dll, which lets the dashboard hear of the hosts.</param>
/// <param name="Hosts">How many hosts the folder has.</param>
/// <param name="Part">The one part that is measured; null for all.</param>
internal sealed record Arguments(string Web, string Data, int Port, string DemoFleet, int Hosts, string? Part)
{
    public const string Usage = """
        Usage: Pages WEB DATA DEMOFLEET HOSTS [start|journey|planner|weight|memory]

        Measures the dashboard in Chromium (/usr/bin/chromium-headless-shell): start, first rows, search and sort, host pages, the fleet of another time, the
        planner, page weight, and memory of the server for each open page.

        WEB        TdxDash.Web.dll of a published dashboard
        DATA       a data folder that DemoFleet seeded
        DEMOFLEET  DemoFleet.dll, which lets the dashboard hear of the hosts
        HOSTS      how many there are

        The last word measures one part only.

        """;

    private static readonly string[] Parts = ["start", "journey", "planner", "weight", "memory"];

    public static Arguments? Read(string[] args) =>
        args is [var web, var data, var fleet, var hosts, .. { Length: <= 1 } part] && File.Exists(web) && Directory.Exists(data) && File.Exists(fleet) && int.TryParse(hosts, out int count)
            && part.All(word => Parts.Contains(word, StringComparer.Ordinal))
            ? new Arguments(Path.GetFullPath(web), Path.GetFullPath(data), 18_937, Path.GetFullPath(fleet), count, part.FirstOrDefault())
            : null;

    public bool Measures(string part) => Part is null || Part == part;
}
