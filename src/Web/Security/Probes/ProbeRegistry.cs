using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;

namespace TdxDash.Web.Security.Probes;

/// <summary>Everything that changes who may connect as a probe. A key that ends is cut off as soon as that is stored.</summary>
internal sealed class ProbeRegistry(ProbeReader reader, StoreWriter writer, ProbeConnections connections, LabelBook labels, RefusalAudit refusals, TimeProvider time)
{
    /// <summary>The name of this dashboard in what probes sign.</summary>
    public string Realm => reader.Realm;

    /// <summary>The probe with a key, also one that was revoked.</summary>
    public ProbeRow? Find(string keyId) => reader.Find(keyId);

    /// <summary>Enrols a probe, or refuses it.</summary>
    public async Task<DirectOutcome<EnrolmentOutcome>> EnrolAsync(EnrolmentAsk ask)
    {
        DirectOutcome<EnrolmentOutcome> outcome = await RunAsync(transaction => new EnrolmentWork(transaction, ask, time.GetUtcNow()).Run());
        if (outcome.Result is { Status: not StatusCodes.Status200OK } refused)
        {
            await refusals.AddAsync(ask.Refused(refused.Reason));
        }

        if (outcome.Result?.Group is { } group)
        {
            labels.Learn(ask.HostId, group);
        }

        CutIf(outcome.Result?.EndedKey);
        return outcome;
    }

    /// <summary>Puts a new key in the place of the one that a probe called with.</summary>
    /// <returns>The new key's identity; no result where the old one is not known any more, or the new one is already.</returns>
    public async Task<DirectOutcome<string>> RotateAsync(ProbePrincipal probe, byte[] publicKey, string address)
    {
        string keyId = Wire.ProbeKeys.IdOf(publicKey);
        DirectOutcome<string> outcome = await RunAsync(transaction => transaction.Rotate(probe.KeyId, publicKey, keyId, new Actor(probe.Name, address), time.GetUtcNow())!);
        CutIf(outcome.Result is null ? null : probe.KeyId);
        return outcome;
    }

    /// <summary>Makes a token. Its text is shown this once; only a hash is kept.</summary>
    public async Task<(EnrolmentToken? Token, string? Failure)> CreateTokenAsync(TokenWish wish, Actor by)
    {
        string secret = EnrolmentToken.NewSecret();
        DirectOutcome<long> outcome = await RunAsync(transaction => transaction.AddToken(wish, EnrolmentToken.HashOf(secret), by, time.GetUtcNow()));
        return outcome.Failure is null ? (new EnrolmentToken(outcome.Result, secret), null) : (null, outcome.Failure);
    }

    /// <summary>Ends a token; what was enrolled with it stays.</summary>
    /// <returns>Why it could not be stored; null where it is.</returns>
    public async Task<string?> RevokeTokenAsync(long id, Actor by) => (await RunAsync(transaction => transaction.RevokeToken(id, by, time.GetUtcNow()))).Failure;

    /// <summary>Ends a probe's right to connect, and its connections.</summary>
    /// <returns>Why it could not be stored; null where it is.</returns>
    public async Task<string?> RevokeProbeAsync(long id, Actor by)
    {
        DirectOutcome<string> outcome = await RunAsync(transaction => transaction.RevokeProbe(id, by, time.GetUtcNow())!);
        CutIf(outcome.Result);
        return outcome.Failure;
    }

    /// <summary>Lets a token suffice, for <see cref="ProbeChanges.ReturnFor"/>, to enrol a probe's host with another key; until that is done the old one may connect.</summary>
    /// <returns>Why it could not be stored; null where it is.</returns>
    public async Task<string?> AllowReturnAsync(long id, Actor by) => (await RunAsync(transaction => transaction.AllowReturn(id, by, time.GetUtcNow())!)).Failure;

    private Task<DirectOutcome<T>> RunAsync<T>(Func<StoreTransaction, T> change) => new DirectWork<T>(change).RunAsync(writer);

    private void CutIf(string? keyId)
    {
        if (keyId is not null)
        {
            connections.Cut(keyId);
        }
    }
}
