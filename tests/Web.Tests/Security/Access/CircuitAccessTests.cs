using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>What a page that stays open learns of its session and its account.</summary>
public sealed class CircuitAccessTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Dashboard _dashboard = null!;
    private AccountBook _accounts = null!;
    private SessionBook _sessions = null!;
    private CircuitAccess _access = null!;
    private Account _account = null!;
    private string _key = null!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        (_accounts, _sessions) = (_dashboard.Service<AccountBook>(), _dashboard.Service<SessionBook>());
        Assert.True(AccountName.TryParse("alice", out AccountName name));
        (Account? account, _) = await _accounts.AddAsync(new Account { Id = 0, Name = name, Grants = [new Grant(Role.Operator, null)], CreatedAt = default }, Actor.System);
        (_account, _key) = (account!, await StartAsync(account!));
        _access = new CircuitAccess(NullLoggerFactory.Instance, _sessions, _accounts);
        _access.SetAuthenticationState(Task.FromResult(new AuthenticationState(SessionScheme.Principal(_account, _key))));
    }

    public async ValueTask DisposeAsync()
    {
        ((IDisposable)_access).Dispose();
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Session_Ended_IsNobodysAtOnceAndOnlyThisOne()
    {
        string other = await StartAsync(_account);

        await _sessions.EndAsync(other, Actor.System, "");
        Assert.True(await IsKnownAsync());
        await _sessions.EndAsync(_key, Actor.System, "");

        Assert.False(await IsKnownAsync());
        Assert.Null(SessionScheme.KeyOf(_access.Caller));
    }

    [Fact]
    public async Task Account_ThatLosesItsRights_HasThoseLeftAtOnce()
    {
        await ChangeAsync(before => before with { Grants = [new Grant(Role.Viewer, null)] });

        AuthenticationState state = await _access.GetAuthenticationStateAsync();
        Assert.Equal([new Grant(Role.Viewer, null).ToString()], state.User.FindAll(Rights.Claim).Select(claim => claim.Value));
        Assert.Equal(_key, SessionScheme.KeyOf(_access.Caller));
        AuditLine line = Assert.Single(_dashboard.Service<AuditLog>().Read(new AuditQuery("", null, 100)), line => line.Action == "account.grants");
        Assert.Equal(("alice", "operator:* -> viewer:*"), (line.Target, line.Detail));
    }

    [Fact]
    public async Task Account_Disabled_IsNobodyAtOnce()
    {
        await ChangeAsync(before => before with { IsDisabled = true });

        Assert.False(await IsKnownAsync());
    }

    private async Task ChangeAsync(Func<Account, Account> change) => Assert.Null(await _accounts.ChangeAsync(_account.Id, change, "", Actor.System));

    private async Task<bool> IsKnownAsync() => (await _access.GetAuthenticationStateAsync()).User.Identity!.IsAuthenticated;

    private async Task<string> StartAsync(Account account)
    {
        (Secret? secret, string? problem) = await _sessions.StartAsync(account, new Actor(account.Name.ToString(), "192.0.2.7"), "browser");
        Assert.Null(problem);
        return secret!.Key;
    }
}
