using System.CommandLine;
using TdxDash.HostProbe.Identity;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe rotate</c>.</summary>
internal static class RotateCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        Option<string> scope = EnrollCommand.MakeScope();
        var state = new Option<string?>("--state") { Description = "Folder that holds the identity.", HelpName = "FOLDER" };
        Option<string?> ca = ServiceOptions.MakeCa();
        var command = new Command("rotate", "Put another key in the place of the one that the dashboard knows, signed by both. The old one is worth nothing from then on. No token is needed.") { scope, state, ca };
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, () =>
        {
            ProbeScope wanted = Enum.Parse<ProbeScope>(parsed.GetValue(scope)!, ignoreCase: true);
            string folder = Path.GetFullPath(parsed.GetValue(state) ?? ServiceOptions.DefaultState(EnrollCommand.FolderOf(wanted)));
            return RunAsync(environment, folder, ServiceOptions.CaFile(parsed.GetValue(ca)), cancellation);
        }));
        return command;
    }

    private static async Task RunAsync(ProbeEnvironment environment, string folder, string? caFile, CancellationToken cancellation)
    {
        var file = new IdentityFile(folder);
        ProbeIdentity identity = file.Read() is { Realm.Length: > 0 } known ? known : throw CommandException.Failed($"There is no identity in {folder}. Enrol this probe first: tdxprobe enroll URL TOKEN --state {folder}");
        var link = new DashboardLink(identity.Dashboard, caFile is null ? identity.KeptCa() : DashboardLink.ReadCa(caFile));
        using var client = new EnrolmentClient(link, environment.Time, wait => environment.Error.WriteLine($"Too many requests came from this address; the next try follows in {wait.TotalSeconds:F0} s."));
        await EnrollCommand.ReachAsync(link, folder, async () =>
        {
            // A change that was cut off after the dashboard had taken it is only finished.
            if (file.ReadNext() is { Realm.Length: > 0 } begun && await client.IsKnownAsync(begun, cancellation).ConfigureAwait(false))
            {
                file.Promote(begun with { Ca = link.Ca, CaFile = null });
                await environment.Output.WriteLineAsync($"The change of the key that was cut off before is finished: key {begun.KeyId()[..16]} is in use.").ConfigureAwait(false);
                return;
            }

            ProbeIdentity next = ProbeIdentity.Make(identity.Scope, identity.HostId, identity.Dashboard, link.Ca) with { Realm = identity.Realm };
            file.WriteNext(next);
            await client.RotateAsync(identity, next, cancellation).ConfigureAwait(false);
            file.Promote(next);
            await environment.Output.WriteLineAsync($"Key {next.KeyId()[..16]} has taken the place of {identity.KeyId()[..16]}, which {link.Address} does not accept any more. A probe that runs takes it by itself.").ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
