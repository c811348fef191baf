using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Journal;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>Identities that a test dashboard takes without asking.</summary>
internal static class TestIdentity
{
    public const string Realm = "realm-of-tests";

    /// <summary>Gives a state folder the identity of its journal's host, unless it has one.</summary>
    public static void Give(string folder)
    {
        var file = new IdentityFile(folder);
        if (file.Read() is null)
        {
            using JournalFile journal = JournalFile.Open(folder);
            file.Promote(Make(ProbeScope.Host, journal.HostId));
        }
    }

    /// <summary>Gives a folder the identity of demo machines or imports.</summary>
    public static void Give(string folder, ProbeScope scope) => new IdentityFile(folder).Promote(Make(scope, ""));

    public static ProbeIdentity Make(ProbeScope scope, string hostId) => ProbeIdentity.Make(scope, hostId, new Uri("http://127.0.0.1:9"), null) with { Realm = Realm };
}
