using System.Collections.Concurrent;
using System.Security.Cryptography;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Support;

/// <summary>Keys of probes that are enrolled at a dashboard of this process, without a request; a host has the same one whenever the dashboard of its folder is started again.</summary>
internal sealed class ProbeKeyring(Dashboard dashboard)
{
    private static readonly ConcurrentDictionary<(string Folder, string Speaker), ECDsa> Keys = new();

    private ProbeRegistry Registry => dashboard.Service<ProbeRegistry>();

    /// <summary>The key of a host's probe, enrolled if it is not yet.</summary>
    public Task<ECDsa> OfHostAsync(string hostId) => OfAsync(ProbeScope.Host, hostId);

    /// <summary>A key for demo machines or imports.</summary>
    public Task<ECDsa> OfAsync(ProbeScope scope) => OfAsync(scope, "");

    /// <summary>A token.</summary>
    public async Task<EnrolmentToken> TokenAsync(TokenWish? wish = null)
    {
        (EnrolmentToken? token, string? failure) = await Registry.CreateTokenAsync(wish ?? new TokenWish(ProbeScope.Host, 1, TokenWish.Usual, null), Actor.System);
        Assert.Null(failure);
        return token!;
    }

    /// <summary>What a probe with a key sends as <c>Authorization: Bearer</c>.</summary>
    public async Task<string?> SignInAsync(ECDsa key)
    {
        using var client = new HttpClient();
        string challenge = await client.GetStringAsync(new Uri(dashboard.Address, ProbeContract.ChallengePath), TestContext.Current.CancellationToken);
        return ProbeSignIn.Write(key, Registry.Realm, challenge);
    }

    private async Task<ECDsa> OfAsync(ProbeScope scope, string hostId)
    {
        ECDsa key = Keys.GetOrAdd((dashboard.Path.Folder, hostId.Length > 0 ? hostId : scope.ToString()), _ => ProbeKeys.Create());
        byte[] publicKey = key.ExportSubjectPublicKeyInfo();
        if (Registry.Find(ProbeKeys.IdOf(publicKey)) is null)
        {
            EnrolmentToken token = await TokenAsync(new TokenWish(scope, 1, TokenWish.Usual, null));
            DirectOutcome<EnrolmentOutcome> outcome = await Registry.EnrolAsync(new EnrolmentAsk(token, scope, hostId, "test", Origin.Demo, "0.1.0", publicKey, [], [], "test"));
            Assert.Equal((200, ""), (outcome.Result!.Status, outcome.Result.Reason));
        }

        return key;
    }
}
