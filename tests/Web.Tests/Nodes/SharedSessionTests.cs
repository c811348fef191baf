using System.Data.Common;
using System.Net;
using Dapper;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>Sessions of one node, as another one meets them that nothing was told yet: its books are read once, before anybody is known, and never again.</summary>
public sealed class SharedSessionTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly TestStore _store = TestStore.MakePostgres();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private Dashboard _node = null!;
    private AccountBook _accounts = null!;
    private SessionBook _other = null!;
    private Account _account = null!;
    private string _key = null!;

    private StoreEngine Engine => _node.Service<StoreEngine>();

    private SessionBook Sessions => _node.Service<SessionBook>();

    public async ValueTask InitializeAsync()
    {
        _node = await Dashboard.StartAsync(_folder, settings: _store.Settings);
        _accounts = new AccountBook(Engine, _node.Service<StoreWriter>(), _time);
        _other = new SessionBook(Engine, _node.Service<StoreWriter>(), _accounts, _node.Service<DashboardOptions>(), _time);
        Assert.True(AccountName.TryParse("alice", out AccountName name));
        (Account? account, _) = await _node.Service<AccountBook>().AddAsync(new Account { Id = 0, Name = name, Grants = [new Grant(Role.Viewer, null)], CreatedAt = default }, Actor.System);
        _account = account!;
        _key = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _accounts.Dispose();
        await _node.DisposeAsync();
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Find_AccountThatThisNodeDoesNotKnow_IsReadFromTheStore()
    {
        // What is only drawn asks nobody, and ends nothing.
        Assert.Null(_other.Find(_key, isUse: false));
        Assert.Equal(_account.Id, _other.Find(_key, isUse: true)?.Id);
        Assert.NotNull(_other.Find(_key, isUse: false));
        Assert.True(IsStored());
    }

    [Fact]
    public async Task Find_AccountThatThisNodeTakesForDisabled_GoesOnAndEndsOnlyByTheStoresWord()
    {
        await ChangeAsync(isDisabled: true);
        _accounts.Load();
        await ChangeAsync(isDisabled: false);
        _key = await StartAsync();

        Assert.NotNull(_other.Find(_key, isUse: true));
        Assert.True(IsStored());
    }

    [Fact]
    public async Task Find_SessionThatEndedElsewhere_IsOver()
    {
        await Sessions.EndAsync(_key, Actor.System, "a test");

        Assert.Null(_other.Find(_key, isUse: true));
        Assert.False(_other.IsUnsure(_key));
    }

    [Fact]
    public void Find_StoreThatDoesNotAnswer_IsNoSessionNowAndOneLater()
    {
        using (Away("sessions"))
        {
            Assert.Null(_other.Find(_key, isUse: true));
            Assert.True(_other.IsUnsure(_key));
        }

        // Not asked again within a moment.
        Assert.Null(_other.Find(_key, isUse: true));
        _time.Advance(MissedKeys.KeptFor);
        Assert.NotNull(_other.Find(_key, isUse: true));
    }

    [Fact]
    public void Find_AccountsThatCannotBeRead_EndNoSession()
    {
        using (Away("accounts"))
        {
            Assert.Null(_other.Find(_key, isUse: true));
            Assert.True(_other.IsUnsure(_key));
        }

        _time.Advance(MissedKeys.KeptFor);
        Assert.NotNull(_other.Find(_key, isUse: true));
    }

    [Fact]
    public async Task Page_WhileTheStoreCannotTellWhoAsks_IsTheSignInAndKeepsTheCookie()
    {
        using var browser = new Browser(_node.Address);
        (string? link, _) = await _node.Service<LinkBook>().MakeFirstAsync();
        using HttpResponseMessage page = await browser.GetAsync(link!);
        string token = Browser.TokenIn(await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), password = "correct horse battery";
        using HttpResponseMessage welcome = await browser.PostAsync(link!, ("_handler", "welcome"), ("__RequestVerificationToken", token), ("Form.Name", "root"), ("Form.Password", password), ("Form.Again", password));
        string cookie = browser.Cookie(SessionScheme.Cookie)!;
        // As it is at another node that was told of its end, which may be one of many.
        await Sessions.EndAsync(Assert.Single(Sessions.Of(_node.Service<AccountBook>().All.Single(account => account.IsAdministrator).Id)).Row.Key, Actor.System, "a test");
        Sessions.Reload();

        using (Away("sessions"))
        {
            using HttpResponseMessage answer = await browser.GetAsync(SessionScheme.Path);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(cookie, browser.Cookie(SessionScheme.Cookie));
        }
    }

    private async Task<string> StartAsync()
    {
        (Secret? secret, string? problem) = await Sessions.StartAsync(_node.Service<AccountBook>().Find(_account.Id)!, new Actor("alice", "192.0.2.7"), "browser");
        Assert.Null(problem);
        return secret!.Key;
    }

    private async Task ChangeAsync(bool isDisabled) =>
        Assert.Null(await _node.Service<AccountBook>().ChangeAsync(_account.Id, known => known with { IsDisabled = isDisabled }, "account.test", Actor.System));

    private bool IsStored()
    {
        using DbConnection connection = Engine.OpenReader();
        return SessionTable.Find(connection, _key) is not null;
    }

    // A table that is not there is answered with an error, as what is asked of a server in recovery.
    private Renamed Away(string table) => new(Engine, table);

    private sealed class Renamed : IDisposable
    {
        private readonly StoreEngine _engine;
        private readonly string _table;

        public Renamed(StoreEngine engine, string table)
        {
            (_engine, _table) = (engine, table);
            Run($"ALTER TABLE {table} RENAME TO {table}_away");
        }

        public void Dispose() => Run($"ALTER TABLE {_table}_away RENAME TO {_table}");

        private void Run(string sql)
        {
            using DbConnection connection = _engine.OpenBeside();
            connection.Execute(sql);
        }
    }
}
