using System.CommandLine;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe enroll URL TOKEN</c>.</summary>
internal static class EnrollCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var url = new Argument<string>("URL") { Description = "Address of the dashboard; plain HTTP only on this machine itself." };
        var token = new Argument<string?>("TOKEN") { Description = $"The enrolment token; - for standard input. Without it: --token-file, or the variable {TokenInput.Variable}.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--token-file") { Description = "File that holds the token.", HelpName = "FILE" };
        Option<string> scope = MakeScope();
        var state = new Option<string?>("--state") { Description = "Folder that holds the journal and the identity; made when absent.", HelpName = "FOLDER" };
        Option<string?> ca = ServiceOptions.MakeCa();
        var again = new Option<bool>("--again") { Description = "Make another key although the dashboard knows the one in use." };
        var ifNeeded = new Option<bool>("--if-needed") { Description = "Do nothing where the state folder has an identity for this dashboard: the dashboard is not asked, and no token is needed." };
        var command = new Command("enroll", "Make this probe known to a dashboard, with a key pair of its own. Needed once for each state folder.") { url, token, file, scope, state, ca, again, ifNeeded };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(again) && parsed.GetValue(ifNeeded))
            {
                parsed.AddError("Both --again and --if-needed are given. Give one of them.");
            }
        });
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, async () =>
        {
            ProbeScope wanted = Enum.Parse<ProbeScope>(parsed.GetValue(scope)!, ignoreCase: true);
            var link = new DashboardLink(ServiceOptions.DashboardAddress("URL", parsed.GetValue(url)!), DashboardLink.ReadCa(ServiceOptions.CaFile(parsed.GetValue(ca))));
            string folder = Path.GetFullPath(parsed.GetValue(state) ?? ServiceOptions.DefaultState(FolderOf(wanted)));
            if (parsed.GetValue(ifNeeded) && Known(folder, link, wanted) is { } known)
            {
                await environment.Output.WriteLineAsync($"This probe is enrolled at {link.Address}, by key {known.KeyId()[..16]}. Nothing was changed, and the dashboard was not asked whether it knows the key still.").ConfigureAwait(false);
                return;
            }

            string text = TokenInput.Read(parsed.GetValue(token), parsed.GetValue(file), environment.Input);
            await RunAsync(environment, link, wanted, folder, text, parsed.GetValue(again), cancellation).ConfigureAwait(false);
        }));
        return command;
    }

    /// <summary>The usual folder's name.</summary>
    public static string FolderOf(ProbeScope scope) => scope switch { ProbeScope.Demo => "tdxprobe-demo", ProbeScope.Imports => "tdxprobe-import", _ => "tdxprobe" };

    /// <summary>The option for what an identity is for.</summary>
    public static Option<string> MakeScope()
    {
        var scope = new Option<string>("--for") { Description = "What the identity is for: this host, demo machines (tdxprobe demo), or imports of files (tdxprobe import).", HelpName = "host|demo|imports", DefaultValueFactory = _ => "host" };
        scope.AcceptOnlyFromAmong("host", "demo", "imports");
        return scope;
    }

    /// <summary>Runs what talks to a dashboard about keys.</summary>
    /// <exception cref="CommandException">The dashboard refuses or cannot be reached.</exception>
    public static async Task ReachAsync(DashboardLink link, string folder, Func<Task> talk)
    {
        try
        {
            await talk().ConfigureAwait(false);
        }
        catch (EnrolmentRefusedException e)
        {
            throw CommandException.Failed($"The dashboard {link.Address} refuses: {e.Message}");
        }
        catch (SignInRefusedException e)
        {
            throw CommandException.Failed(e.Advice(link, folder));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw CommandException.Failed($"The dashboard {link.Address} cannot be reached: {e.Message}{(e.InnerException is System.Security.Authentication.AuthenticationException inner ? $" {inner.Message} If its certificate comes from an authority of your own, name that with --ca FILE." : "")} Nothing was changed.");
        }
    }

    private static ProbeIdentity? Known(string folder, DashboardLink link, ProbeScope scope) =>
        new IdentityFile(folder).Read() is { Realm.Length: > 0 } known && known.Scope == scope && IsOf(known, link) ? known : null;

    private static bool IsOf(ProbeIdentity known, DashboardLink link) => known.Dashboard?.GetLeftPart(UriPartial.Authority) == link.Address.GetLeftPart(UriPartial.Authority);

    private static async Task RunAsync(ProbeEnvironment environment, DashboardLink link, ProbeScope scope, string folder, string token, bool again, CancellationToken cancellation)
    {
        string hostId = scope == ProbeScope.Host ? HostIdFile.Find(folder) : "";
        var file = new IdentityFile(folder);
        using var client = new EnrolmentClient(link, environment.Time, wait => environment.Error.WriteLine($"Too many enrolments came from this address; the next try follows in {wait.TotalSeconds:F0} s."));
        await ReachAsync(link, folder, async () =>
        {
            // Only the dashboard that knows the key is shown that the other half is here: another one could pass it on.
            ProbeIdentity? before = Known(folder, link, scope) is { } known && known.HostId == hostId ? known : null;
            if (before is not null && !again && await client.IsKnownAsync(before, cancellation).ConfigureAwait(false))
            {
                await environment.Output.WriteLineAsync($"The dashboard {link.Address} knows this probe already, by key {before.KeyId()[..16]}. Nothing was changed; --again makes another key.").ConfigureAwait(false);
                return;
            }

            // One whose answer was lost is sent again as it was, which costs no second use of the token.
            ProbeIdentity next = file.ReadNext() is { Realm: "" } unanswered && !again && unanswered.Scope == scope && unanswered.HostId == hostId && unanswered.Dashboard == link.Address
                ? unanswered : ProbeIdentity.Make(scope, hostId, link.Address, link.Ca);
            file.WriteNext(next);
            (ProbeIdentity enrolled, string group) = await client.EnrolAsync(next with { CaFile = null, Ca = link.Ca }, token, before, cancellation).ConfigureAwait(false);
            file.Promote(enrolled);
            await environment.Output.WriteLineAsync($"Enrolled at {link.Address} {(hostId.Length > 0 ? $"as host {hostId}" : $"for {scope.ToString().ToLowerInvariant()}")}{(group.Length > 0 ? $" in group {PlainText.Of(group)}" : "")}, by key {enrolled.KeyId()[..16]}. The identity is {file.Path}; a probe that runs takes it by itself.").ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
