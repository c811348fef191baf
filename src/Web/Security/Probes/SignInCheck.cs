using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Security.Probes;

/// <summary>Tells by what a request carries which enrolled probe signed it.</summary>
/// <param name="challenges">What probes sign.</param>
/// <param name="probes">The enrolled ones.</param>
internal sealed class SignInCheck(ProbeChallenges challenges, ProbeReader probes)
{
    private const string Bearer = "Bearer ";

    /// <summary>Whether a request carries what a probe signs in by, good or not.</summary>
    /// <param name="request">The request.</param>
    public static bool IsBrought(HttpRequest request) => request.Headers.Authorization.ToString().StartsWith(Bearer + ProbeSignIn.Prefix, StringComparison.Ordinal);

    /// <summary>Checks the sign-in of a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The probe, or the reason for the refusal as <see cref="ProbeContract"/> names it.</returns>
    public (ProbePrincipal? Probe, string Refusal) Check(HttpRequest request)
    {
        if (!IsBrought(request) || ProbeSignIn.Read(request.Headers.Authorization.ToString()[Bearer.Length..]) is not { } signIn)
        {
            return (null, ProbeContract.UnknownKey);
        }

        // The cheapest first: what was not made here is refused without a look into the store.
        if (!challenges.IsGood(signIn.Challenge))
        {
            return (null, ProbeContract.OldChallenge);
        }

        ProbeRow? probe = probes.Find(signIn.KeyId);
        return probe is null || !signIn.IsSignedBy(probe.PublicKey, probes.Realm) ? (null, ProbeContract.UnknownKey)
            : !probe.IsLive ? (null, ProbeContract.RevokedKey)
            : (ProbePrincipal.Of(probe), "");
    }
}
