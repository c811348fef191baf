using System.Net;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>The sign-in over HTTP, as a browser goes through it.</summary>
public sealed class SignInTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly TempFolder _folder = new();
    private Dashboard _dashboard = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _dashboard = await Dashboard.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Page_WithoutASession_LeadsToTheSignInAndBack()
    {
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage answer = await browser.GetAsync("/history?from=2026-01-01");

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.EndsWith("/sign-in?return=%2Fhistory%3Ffrom%3D2026-01-01", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_Used_MakesTheAdministratorAndSignsIn_Once()
    {
        string link = await LinkAsync();
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage answer = await UseAsync(browser, link, "root");

        Assert.Equal((HttpStatusCode.Redirect, "/"), (answer.StatusCode, new Uri(_dashboard.Address, answer.Headers.Location!).AbsolutePath));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/accounts")).StatusCode);
        Account made = Assert.Single(_dashboard.Service<AccountBook>().All);
        Assert.True(made is { IsAdministrator: true, SignedInAt: not null });

        using var other = new Browser(_dashboard.Address);
        using HttpResponseMessage again = await other.GetAsync(link);
        Assert.Contains("This link does not work", await again.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", "short", "at least 12 characters")]
    [InlineData("correct horse battery", "correct horse bakery", "The two passwords differ")]
    [InlineData("root root root", "root root root", "must not contain the account")]
    public async Task Link_WithAPasswordThatWillNotDo_SaysWhyAndCanBeUsedStill(string password, string again, string says)
    {
        string link = await LinkAsync();
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage answer = await browser.FillAsync(link, "welcome", ("Form.Name", "root"), ("Form.Password", password), ("Form.Again", again));

        Assert.Contains(says, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(Stop)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await UseAsync(browser, link, "root")).StatusCode);
    }

    [Fact]
    public async Task Cookie_OfASession_IsForThisHostAloneAndHiddenFromScripts()
    {
        using Browser browser = await SignedInAsync("root");

        string cookie = browser.Set[SessionScheme.Cookie];

        foreach (string attribute in new[] { "secure", "httponly", "samesite=lax", "path=/" })
        {
            Assert.Contains(attribute, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SignIn_RightAndWrong_IsAnsweredAndAudited()
    {
        (await SignedInAsync("root")).Dispose();
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage wrong = await SignInAsync(browser, "root", "wrong horse battery");
        using HttpResponseMessage nobody = await SignInAsync(browser, "nobody", Password);
        using HttpResponseMessage right = await SignInAsync(browser, "ROOT", Password, "/sign-in?return=%2Fhistory");

        string said = await wrong.Content.ReadAsStringAsync(Stop);
        Assert.Contains("The name or the password is wrong.", said, StringComparison.Ordinal);
        Assert.Contains("The name or the password is wrong.", await nobody.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Redirect, "/history"), (right.StatusCode, new Uri(_dashboard.Address, right.Headers.Location!).AbsolutePath));
        string[] actions = [.. _dashboard.Service<AuditLog>().Read(new AuditQuery("", null, 100)).Select(line => $"{line.Action} {line.Target}")];
        Assert.Equal(2, actions.Count(action => action is "session.refused root" or "session.refused nobody"));
        Assert.Contains("session.start root", actions);
        Assert.Contains("account.add root", actions);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task SignIn_WithAReturnToAnotherSite_LeadsToTheFleet(string target)
    {
        (await SignedInAsync("root")).Dispose();
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage right = await SignInAsync(browser, "root", Password, $"/sign-in?return={Uri.EscapeDataString(target)}");

        Assert.Equal(new Uri(_dashboard.Address, "/"), new Uri(_dashboard.Address, right.Headers.Location!));
    }

    [Fact]
    public async Task SignIn_AfterManyWrongPasswords_IsRefusedForAWhileEvenWithTheRightOne()
    {
        (await SignedInAsync("root")).Dispose();
        using var browser = new Browser(_dashboard.Address);
        for (int i = 0; i < SignInThrottle.FreeTries; i++)
        {
            _dashboard.Service<SignInThrottle>().Begin("root", IPAddress.Parse("10.0.0.1"));
        }

        using HttpResponseMessage right = await SignInAsync(browser, "root", Password);

        Assert.Contains("Too many wrong passwords. Try again in 1 min.", await right.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_AfterManyNamesOfNobody_WaitsNoMoreThanForAnAccount()
    {
        for (int i = 0; i < SignInThrottle.FreeTries; i++)
        {
            _dashboard.Service<SignInThrottle>().Begin($"nobody-{i}", IPAddress.Parse("10.0.0.1"));
        }

        using var browser = new Browser(_dashboard.Address);
        using HttpResponseMessage other = await SignInAsync(browser, "nobody", Password);

        Assert.Contains("The name or the password is wrong.", await other.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_Anew_GivesAnotherSession()
    {
        using Browser browser = await SignedInAsync("root");
        string first = browser.Cookie(SessionScheme.Cookie)!;

        using HttpResponseMessage again = await SignInAsync(browser, "root", Password);

        Assert.NotEqual(first, browser.Cookie(SessionScheme.Cookie));
        Assert.Equal(2, _dashboard.Service<SessionBook>().Of(_dashboard.Service<AccountBook>().All[0].Id).Count);
    }

    [Fact]
    public async Task Form_WithoutItsToken_IsRefused()
    {
        (await SignedInAsync("root")).Dispose();
        using var browser = new Browser(_dashboard.Address);

        using HttpResponseMessage answer = await browser.PostAsync("/sign-in", ("_handler", "sign-in"), ("Form.Name", "root"), ("Form.Password", Password));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignOut_EndsTheSessionOnTheServerToo()
    {
        using Browser browser = await SignedInAsync("root");
        string stolen = browser.Cookie(SessionScheme.Cookie)!;
        using HttpResponseMessage page = await browser.GetAsync("/");
        string token = Browser.TokenIn(await page.Content.ReadAsStringAsync(Stop));

        using HttpResponseMessage out1 = await browser.PostAsync("/sign-out", ("__RequestVerificationToken", token));

        Assert.Equal(HttpStatusCode.Redirect, out1.StatusCode);
        browser.Take(SessionScheme.Cookie, stolen);
        using HttpResponseMessage after = await browser.GetAsync("/");
        Assert.StartsWith("/sign-in", after.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_Disabled_LosesItsSessionsAndCannotSignIn()
    {
        (await SignedInAsync("root")).Dispose();
        AccountBook accounts = _dashboard.Service<AccountBook>();
        string link = await LinkOfAsync(await AddAsync("alice"));
        using var alice = new Browser(_dashboard.Address);
        using HttpResponseMessage welcome = await UseAsync(alice, link, "");
        Assert.Equal(HttpStatusCode.OK, (await alice.GetAsync("/history")).StatusCode);

        Assert.Null(await accounts.ChangeAsync(accounts.Find(Name("alice"))!.Id, account => account with { IsDisabled = true }, "account.disable", Actor.System));

        Assert.Equal(HttpStatusCode.Redirect, (await alice.GetAsync("/history")).StatusCode);
        using HttpResponseMessage again = await SignInAsync(alice, "alice", Password);
        Assert.Contains("This account is disabled.", await again.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_LastAdministrator_CanBeNeitherRemovedNorDisabled()
    {
        (await SignedInAsync("root")).Dispose();
        AccountBook accounts = _dashboard.Service<AccountBook>();
        long root = accounts.All[0].Id;

        Assert.Contains("last account", await accounts.RemoveAsync(root, Actor.System), StringComparison.Ordinal);
        Assert.Contains("last account", await accounts.ChangeAsync(root, account => account with { IsDisabled = true }, "account.disable", Actor.System), StringComparison.Ordinal);
        Assert.Contains("last account", await accounts.ChangeAsync(root, account => account with { Grants = [] }, "account.grants", Actor.System), StringComparison.Ordinal);
        Assert.True(Assert.Single(accounts.All).IsAdministrator);
    }

    [Fact]
    public async Task Session_OutlivesARestart()
    {
        using Browser browser = await SignedInAsync("root");
        string cookie = browser.Cookie(SessionScheme.Cookie)!;
        await _dashboard.DisposeAsync();
        _dashboard = await Dashboard.StartAsync(_folder);
        using var after = new Browser(_dashboard.Address);
        after.Take(SessionScheme.Cookie, cookie);

        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("/history")).StatusCode);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("disable")]
    [InlineData("another link")]
    [InlineData("another link by command")]
    [InlineData("another password")]
    public async Task Link_OfAnAccountThatIsNotAsItWas_IsWorthNothing(string then)
    {
        (await SignedInAsync("root")).Dispose();
        AccountBook accounts = _dashboard.Service<AccountBook>();
        Account alice = await AddAsync("alice");
        string link = await LinkOfAsync(alice);
        if (then == "remove")
        {
            Assert.Null(await accounts.RemoveAsync(alice.Id, Actor.System));
            await AddAsync("alice");
        }
        else if (then == "another link")
        {
            await LinkOfAsync(alice);
        }
        else if (then == "another link by command")
        {
            AccountCommand.MakeLink(_dashboard.Path, _dashboard.Service<DashboardOptions>(), "ALICE");
        }
        else
        {
            Assert.Null(await accounts.ChangeAsync(alice.Id, account => then == "disable" ? account with { IsDisabled = true } : account with { PasswordHash = "other" }, "account.change", Actor.System));
        }

        using var browser = new Browser(_dashboard.Address);
        using HttpResponseMessage answer = await browser.GetAsync(link);

        Assert.Contains("This link does not work", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_OfTheFirstAdministrator_IsWorthNothingOnceThereIsOne()
    {
        string first = await LinkAsync();
        string other = await LinkAsync();
        using var browser = new Browser(_dashboard.Address);
        using HttpResponseMessage made = await UseAsync(browser, other, "root");
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);

        foreach (string link in new[] { first, other, await LinkAsync() })
        {
            (Account? account, string? problem) = await _dashboard.Service<LinkBook>().UseAsync(link.Split('=')[1], "second", Password, "10.0.0.1");

            Assert.Null(account);
            Assert.Equal(LinkBook.Gone, problem);
        }

        Assert.Single(_dashboard.Service<AccountBook>().All);
    }

    [Fact]
    public async Task Link_OfAnAccountOfTheProvider_IsNotMade()
    {
        (Account? account, _) = await _dashboard.Service<AccountBook>().AddAsync(new Account { Id = 0, Name = Name("alice"), Subject = "sub-1", Grants = LinkBook.First, CreatedAt = default }, Actor.System);

        (string? link, string? problem) = await _dashboard.Service<LinkBook>().MakeAsync(account!, Actor.System);

        Assert.Null(link);
        Assert.Contains("OpenID Connect", problem, StringComparison.Ordinal);
    }

    private static AccountName Name(string text) => AccountName.TryParse(text, out AccountName name) ? name : throw new ArgumentException(text, nameof(text));

    private static Task<HttpResponseMessage> UseAsync(Browser browser, string link, string name) =>
        browser.FillAsync(link, "welcome", ("Form.Name", name), ("Form.Password", Password), ("Form.Again", Password));

    private static Task<HttpResponseMessage> SignInAsync(Browser browser, string name, string password, string path = "/sign-in") =>
        browser.FillAsync(path, "sign-in", ("Form.Name", name), ("Form.Password", password));

    private async Task<string> LinkAsync()
    {
        (string? link, string? problem) = await _dashboard.Service<LinkBook>().MakeFirstAsync();
        Assert.Null(problem);
        return link!;
    }

    private async Task<Browser> SignedInAsync(string name)
    {
        var browser = new Browser(_dashboard.Address);
        using HttpResponseMessage answer = await UseAsync(browser, await LinkAsync(), name);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return browser;
    }

    private async Task<Account> AddAsync(string name)
    {
        (Account? account, string? problem) = await _dashboard.Service<AccountBook>().AddAsync(new Account { Id = 0, Name = Name(name), Grants = [new Grant(Role.Viewer, null)], CreatedAt = default }, Actor.System);
        Assert.Null(problem);
        return account!;
    }

    private async Task<string> LinkOfAsync(Account account)
    {
        (string? link, string? problem) = await _dashboard.Service<LinkBook>().MakeAsync(account, Actor.System);
        Assert.Null(problem);
        return link!;
    }
}
