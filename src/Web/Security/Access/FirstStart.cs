using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using TdxDash.Web.Nodes;

namespace TdxDash.Web.Security.Access;

/// <summary>While nobody administers everything, each start prints a link that makes the first administrator. It goes to the output, where a new administrator looks; each one ends those before it, and the first administrator all of them.</summary>
internal sealed class FirstStart(AccountBook accounts, LinkBook links, IServer server, IHostApplicationLifetime lifetime, JobTurn jobs, ILogger<FirstStart> log) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!accounts.HasAdministrator)
        {
            // Only then is it known where the dashboard listens.
            lifetime.ApplicationStarted.Register(() => _ = PrintAsync());
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>An address that a browser on this machine can open.</summary>
    /// <param name="listening">Where the dashboard listens.</param>
    internal static string Reachable(string listening)
    {
        BindingAddress address = BindingAddress.Parse(listening);
        string host = address.Host is "0.0.0.0" or "[::]" or "*" or "+" ? "localhost" : address.Host;
        return $"{address.Scheme}://{host}:{address.Port}";
    }

    private async Task PrintAsync()
    {
        try
        {
            // One of several nodes: the link of another would end this one.
            await jobs.MineAsync(lifetime.ApplicationStopping);
            if (accounts.HasAdministrator)
            {
                return;
            }

            (string? link, string? problem) = await links.MakeFirstAsync();
            string address = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? Options.DashboardOptions.DefaultUrl;
            await Console.Out.WriteLineAsync(link is null
                ? $"No link for the first administrator could be made: {problem}"
                : $"Nobody administers this dashboard yet. Open this link to make the first administrator; it works once, for {LinkBook.Holds.TotalHours:0} hours:\n\n    {Reachable(address)}{link}\n");
        }
        catch (OperationCanceledException)
        {
            // The dashboard stops.
        }
        // The dashboard serves probes without an administrator too.
        catch (Exception e)
        {
            AccessLog.FirstLinkFailed(log, e);
        }
    }
}

/// <summary>What is logged of access; never a secret.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "No link for the first administrator could be made. On the dashboard's machine, TdxDash.Web account-link NAME makes one.")]
    public static partial void FirstLinkFailed(ILogger log, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The OpenID provider's answer was refused: {Reason}")]
    public static partial void OpenIdRefused(ILogger log, string reason);
}
