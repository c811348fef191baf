using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Identity;

/// <summary>What a running probe connects with: read anew for every connection, so that an enrolment or another key takes effect without a restart.</summary>
/// <param name="folder">The folder of the identity.</param>
/// <param name="scope">What the probe is.</param>
/// <param name="hostId">The host that it speaks for; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
/// <param name="dashboard">The address, where another one than that of the enrolment was given.</param>
/// <param name="caFile">The certificates, where others were given.</param>
internal sealed class Credentials(string folder, ProbeScope scope, string hostId, Uri? dashboard, string? caFile)
{
    private readonly IdentityFile _file = new(folder);
    private bool _takesNext;

    /// <summary>The state folder.</summary>
    public string Folder => folder;

    /// <summary>Tells whether <see cref="Find"/> may find something else by now.</summary>
    public (DateTime, DateTime) Stamp() => _file.Stamp();

    /// <summary>What to connect with next.</summary>
    /// <returns>The identity and the dashboard; or why there is none, and what to do.</returns>
    /// <exception cref="IOException">The file is damaged or cannot be read; the message says what to do.</exception>
    public (ProbeIdentity? Identity, DashboardLink Link, string Missing) Find()
    {
        ProbeIdentity? identity = _takesNext && _file.ReadNext() is { Realm.Length: > 0 } next ? next : _file.Read();
        var link = new DashboardLink(dashboard ?? identity?.Dashboard ?? ProbeServiceOptions.Usual, caFile is null ? identity?.KeptCa() : DashboardLink.ReadCa(caFile));
        string option = scope == ProbeScope.Host ? "" : $" --for {scope.ToString().ToLowerInvariant()}", command = $"tdxprobe enroll {link.Address} TOKEN{option} --state {folder}";
        return identity is not { Realm.Length: > 0 } ? (null, link, $"This probe is not enrolled at a dashboard. Get a token from an administrator and run: {command}")
            : identity.Scope != scope ? (null, link, $"The identity {_file.Path} is one for {identity.Scope.ToString().ToLowerInvariant()}. Give each a state folder of its own, and run: {command}")
            : identity.HostId != hostId ? (null, link, $"The identity {_file.Path} is that of host {identity.HostId}, and the journal beside it begins a new one, {hostId}. To enrol that, run: {command}")
            : (identity, link, "");
    }

    /// <summary>The key was refused: the next try takes the other one, where a change of the key was cut off.</summary>
    /// <returns>Whether there is another one.</returns>
    public bool TakeOther() => (_takesNext = !_takesNext) && _file.ReadNext() is { Realm.Length: > 0 };

    /// <summary>The key was accepted.</summary>
    public void Settle(ProbeIdentity identity)
    {
        if (_takesNext && _file.ReadNext() is { } next && next.PrivateKey.AsSpan().SequenceEqual(identity.PrivateKey))
        {
            _file.Promote(identity);
        }

        _takesNext = false;
    }
}
