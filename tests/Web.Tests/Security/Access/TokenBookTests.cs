using System.Net;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

public class TokenBookTests : IAsyncLifetime
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(90);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private Dashboard _dashboard = null!;
    private TokenBook _book = null!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        _book = new TokenBook(_dashboard.Engine, _dashboard.Service<StoreWriter>(), _dashboard.Service<AccountBook>(), _time);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Token_Removed_IsRefusedAtOnce()
    {
        using HttpClient client = await _dashboard.ClientAsync(new Grant(Role.Viewer, null));
        TokenBook book = _dashboard.Service<TokenBook>();
        ApiToken token = Assert.Single(book.Of(Assert.Single(_dashboard.Service<AccountBook>().All).Id));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/fleet.json", TestContext.Current.CancellationToken)).StatusCode);

        Assert.Null(await book.RemoveAsync(token, Actor.System));

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/fleet.json", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Find_AfterItsEnd_FindsNothing()
    {
        Secret secret = await MakeAsync(await AddAsync(null));

        _time.Advance(Life - TimeSpan.FromSeconds(1));
        Assert.NotNull(_book.Find(secret.Text));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(_book.Find(secret.Text));
    }

    [Fact]
    public async Task Find_OfAnAccountOfTheProvider_HoldsForAWhileAfterEachSignIn()
    {
        Account account = await AddAsync("sub-1");
        Secret secret = await MakeAsync(account);

        _time.Advance(TokenBook.TrustedFor + TimeSpan.FromMinutes(1));
        Assert.Null(_book.Find(secret.Text));
        Assert.Null(await _dashboard.Service<AccountBook>().ChangeAsync(account.Id, before => before with { SignedInAt = _time.GetUtcNow() }, "", Actor.System));

        Assert.NotNull(_book.Find(secret.Text));
    }

    private async Task<Account> AddAsync(string? subject)
    {
        Assert.True(AccountName.TryParse("alice", out AccountName name));
        (Account? account, string? problem) = await _dashboard.Service<AccountBook>().AddAsync(
            new Account { Id = 0, Name = name, Subject = subject, Grants = [new Grant(Role.Viewer, null)], CreatedAt = default }, Actor.System);
        Assert.Null(problem);
        return account!;
    }

    private async Task<Secret> MakeAsync(Account account)
    {
        (Secret? secret, string? problem) = await _book.MakeAsync(account, "test", account.Grants[0], Life, Actor.System);
        Assert.Null(problem);
        return secret!;
    }
}
