using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TdxDash.Pages;

if (Arguments.Read(args) is not { } arguments)
{
    bool isHelp = args.Any(arg => arg is "--help" or "-h");
    (isHelp ? Console.Out : Console.Error).Write(Arguments.Usage);
    return isHelp ? 0 : 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using IPlaywright playwright = await Playwright.CreateAsync();
await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
{
    ExecutablePath = "/usr/bin/chromium-headless-shell",
    Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
// The browser's own first page costs as much as the dashboard's, and no user starts it for this.
await (await browser.NewPageAsync()).GotoAsync("data:text/html,<p>warm</p>");

using Access access = await Access.OpenAsync(arguments);
var visitor = new Visitor(browser, access.Session);
if (arguments.Measures("start"))
{
    await Starts.RunAsync(visitor, arguments);
}

if (arguments.Part == "start")
{
    return 0;
}

await using Server server = await Server.StartAsync(arguments);
using Process alive = Process.Start(new ProcessStartInfo("dotnet", [arguments.DemoFleet, "alive", server.Address.ToString(), arguments.Hosts.ToString(CultureInfo.InvariantCulture), access.Demo]))!;
try
{
    // After the start every host comes back from a silence; what is measured is the usual day.
    await Task.Delay(TimeSpan.FromSeconds(25));
    if (arguments.Measures("journey"))
    {
        await Journey.RunAsync(visitor, server);
    }

    if (arguments.Measures("planner"))
    {
        await PlannerPages.RunAsync(visitor, server);
    }

    if (arguments.Measures("weight"))
    {
        await Weight.RunAsync(visitor, server.Address);
    }

    if (arguments.Measures("memory"))
    {
        await OpenPages.RunAsync(visitor, server, arguments.Kinds);
    }
}
finally
{
    alive.Kill();
}

return 0;
