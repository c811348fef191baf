using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using TdxDash.DemoFleet;
using TdxDash.FleetSimulator;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
ParseResult parsed = SimulatorCommand.Create(RunAsync).Parse(args);
if (parsed.Action is ParseErrorAction)
{
    foreach (string error in parsed.Errors.Select(error => error.Message).Distinct())
    {
        Console.Error.WriteLine(error);
    }

    Console.Error.WriteLine("Run 'FleetSimulator --help' for what is possible.");
    return 2;
}

// What is on its way when Ctrl+C comes is still awaited, and a second one ends the process.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });

static async Task<int> RunAsync(SimulatorSettings settings, CancellationToken stop)
{
    if (settings.First + settings.Hosts > DemoHost.Most)
    {
        Console.Error.WriteLine($"--first {settings.First} and --hosts {settings.Hosts} go beyond {DemoHost.Most} hosts.");
        return 2;
    }

    try
    {
        SimulatorReport report = await new SimulatorRun(settings, Console.Error).RunAsync(stop);
        await report.WriteAsync(settings.Json, Console.Out);
        return report.IsWhole ? 0 : 1;
    }
    catch (SimulatorException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        Console.Error.WriteLine("Ended before the first host was connected; there is nothing to report.");
        return 1;
    }
}
