using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace TdxDash.Web.Security.Access;

/// <summary>Who looks at a page that stays open: asked again twice a minute, and told at once when the session ends or the account changes.</summary>
internal sealed class CircuitAccess : RevalidatingServerAuthenticationStateProvider
{
    private static readonly AuthenticationState Nobody = new(new ClaimsPrincipal(new ClaimsIdentity()));
    private readonly SessionBook _sessions;
    private readonly IDisposable _ends;
    private readonly IDisposable _changes;
    private volatile ClaimsPrincipal? _caller;

    public CircuitAccess(ILoggerFactory loggers, SessionBook sessions, AccountBook accounts)
        : base(loggers)
    {
        _sessions = sessions;
        AuthenticationStateChanged += Keep;
        _ends = sessions.SubscribeEnds(key => Check(key, ended: true));
        _changes = accounts.Subscribe(id =>
        {
            if (SessionScheme.AccountOf(_caller) == id)
            {
                Check(SessionScheme.KeyOf(_caller), ended: false);
            }
        });
    }

    /// <summary>Who looks at the page; null while that was not said, as for a request that is no page.</summary>
    public ClaimsPrincipal? Caller => _caller;

    /// <inheritdoc/>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        Task.FromResult(_sessions.Find(SessionScheme.KeyOf(authenticationState.User), isUse: false) is not null);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _ends.Dispose();
        _changes.Dispose();
        AuthenticationStateChanged -= Keep;
        base.Dispose(disposing);
    }

    private void Keep(Task<AuthenticationState> state)
    {
        if (state.IsCompletedSuccessfully)
        {
            _caller = state.Result.User;
        }
    }

    private void Check(string? key, bool ended)
    {
        if (key is null || key != SessionScheme.KeyOf(_caller))
        {
            return;
        }

        AuthenticationState now = !ended && _sessions.Find(key, isUse: false) is { } account ? new AuthenticationState(SessionScheme.Principal(account, key)) : Nobody;
        SetAuthenticationState(Task.FromResult(now));
    }
}

/// <summary>Counts what somebody does in a page as use of the session.</summary>
internal sealed class CircuitUse(SessionBook sessions, AuthenticationStateProvider access) : CircuitHandler
{
    /// <inheritdoc/>
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => async context =>
    {
        _ = sessions.Find(SessionScheme.KeyOf((await access.GetAuthenticationStateAsync()).User), isUse: true);
        await next(context);
    };
}
