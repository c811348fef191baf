using TdxDash.HostProbe.Identity;
using TdxDash.Wire;

namespace TdxDash.FleetSimulator;

/// <summary>The dashboards that a fleet connects to, and what its probes show them: one key for demo machines.</summary>
/// <param name="links">The dashboards: one, or the nodes of one installation.</param>
/// <param name="identity">The key.</param>
internal sealed class FleetGates(IReadOnlyList<DashboardLink> links, ProbeIdentity identity)
{
    /// <summary>The key.</summary>
    public ProbeIdentity Identity => identity;

    /// <summary>The dashboard of a try; the next try of who was lost goes to the next one.</summary>
    public DashboardLink Link(int attempt) => links[attempt % links.Count];

    /// <summary>Finds the key in a state folder, or enrols one by a token as <c>tdxprobe enroll --for demo</c> does.</summary>
    /// <exception cref="SimulatorException">There is no key, or the dashboard refuses; the message says what to do.</exception>
    public static async Task<FleetGates> OpenAsync(SimulatorSettings settings, CancellationToken cancellation)
    {
        try
        {
            string? ca = DashboardLink.ReadCa(settings.CaFile);
            DashboardLink[] links = [.. settings.Dashboards.Select(address => new DashboardLink(address, ca))];
            return new FleetGates(links, settings.Token is { } token ? await EnrolAsync(links[0], token, settings, cancellation) : Kept(links[0], settings));
        }
        catch (HttpRequestException e)
        {
            throw new SimulatorException($"The dashboard at {settings.Dashboards[0]} cannot be reached: {e.Message} Start it, or correct the address.", e);
        }
        catch (Exception e) when (e is EnrolmentRefusedException or SignInRefusedException or IOException)
        {
            throw new SimulatorException(e.Message, e);
        }
    }

    private static ProbeIdentity Kept(DashboardLink link, SimulatorSettings settings)
    {
        (ProbeIdentity? identity, _, string missing) = new Credentials(settings.State!, ProbeScope.Demo, "", link.Address, settings.CaFile).Find();
        return identity ?? throw new SimulatorException($"{missing}\nOr give this command the token: --token TOKEN");
    }

    private static async Task<ProbeIdentity> EnrolAsync(DashboardLink link, string token, SimulatorSettings settings, CancellationToken cancellation)
    {
        using var client = new EnrolmentClient(link, TimeProvider.System, wait => Console.Error.WriteLine(FormattableString.Invariant($"The dashboard asks to wait {wait.TotalSeconds:F0} s before the enrolment.")));
        (ProbeIdentity identity, _) = await client.EnrolAsync(ProbeIdentity.Make(ProbeScope.Demo, "", link.Address, link.Ca), token, null, cancellation);
        if (settings.State is { } folder)
        {
            new IdentityFile(folder).Promote(identity);
        }

        return identity;
    }
}
