using System.Globalization;
using TdxDash.DemoFleet;
using TdxDash.Web;

const string Usage = """
    Usage: DemoFleet seed FOLDER COUNT
           DemoFleet alive URL COUNT STATE

    seed   puts COUNT made-up hosts with a year of their history into the dashboard's data folder, while no dashboard runs on it. The
           hosts, and what happened to them, are the same each time; the year ends now. A folder that has them already is left as it is.
    alive  lets a running dashboard hear of the seeded hosts, all but a few that stay silent, until Ctrl+C. STATE is
           a folder with an identity for demo machines: tdxprobe enroll URL TOKEN --for demo --state STATE.

    COUNT is 1 to 100000. Everything about these hosts is emulated and labelled so.

    """;

if ((args[..Math.Min(1, args.Length)], args.Length) is not ((["seed"], 3) or (["alive"], 4)) || !int.TryParse(args[2], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count is < 1 or > DemoHost.Most)
{
    bool isHelp = args.Any(arg => arg is "--help" or "-h");
    (isHelp ? Console.Out : Console.Error).Write(Usage);
    return isHelp ? 0 : 2;
}

if (args[0] == "seed")
{
    try
    {
        await Seeding.RunAsync(args[1], count, Console.Out);
        return 0;
    }
    catch (Exception e) when (e is StartRefusedException or InvalidOperationException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
AppDomain.CurrentDomain.ProcessExit += (_, _) => stop.Cancel();
try
{
    await Alive.RunAsync(new Uri(args[1]), count, args[3], stop.Token);
    return 0;
}
catch (Exception e) when (e is IOException or InvalidOperationException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
