using TdxDash.Web;
using TdxDash.Web.Options;
using TdxDash.Web.Store.Care;

if (args.Any(arg => arg is "--help" or "-h" or "-?"))
{
    Console.Out.Write(DashboardOptions.Help);
    return 0;
}

try
{
    if (StoreCommand.IsNamed(args))
    {
        await StoreCommand.RunAsync(args, Console.Out);
        return 0;
    }

    await using WebApplication app = WebSetup.Build(args);
    CancellationToken stopping = app.Lifetime.ApplicationStopping;
    try
    {
        await app.RunAsync();
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        // Asked to stop while it was starting.
    }

    return 0;
}
catch (StartRefusedException refusal)
{
    Console.Error.WriteLine(refusal.Message);
    return 1;
}
catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"The dashboard cannot listen: {e.Message} Stop the other program or choose another address with --urls http://127.0.0.1:PORT.");
    return 1;
}
