using TdxDash.EndToEnd.Processes;
using TdxDash.HostProbe.Identity;
using TdxDash.Wire;

namespace TdxDash.Faults.Support;

/// <summary>Signs in for demo machines where a test speaks to the hub itself.</summary>
internal static class DemoSignIn
{
    /// <summary>The value for <c>Authorization: Bearer</c>, made anew each time.</summary>
    public static Task<string?> TokenAsync(Uri dashboard) =>
        new SignIn(new DashboardLink(dashboard, null), new ProbeIdentity(ProbeScope.Demo, "", dashboard, Enrolment.Realm, Enrolment.DemoKey, null), TimeProvider.System).TokenAsync(TestContext.Current.CancellationToken);
}
