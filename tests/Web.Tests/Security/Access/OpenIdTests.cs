using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using TdxDash.Testing;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>Sign-in by a real OpenID provider that runs beside the test.</summary>
public sealed partial class OpenIdTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "OpenId");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SignIn_ByTheProvider_MakesAnAccountWithTheRolesOfItsGroups()
    {
        using var folder = new TempFolder();
        using Process provider = await ProviderAsync("platform,lab-people");
        await using Dashboard dashboard = await StartAsync(folder, provider, "platform=administrator:*;lab-people=operator:lab;others=viewer:*");
        using var browser = new Browser(dashboard.Address);

        using HttpResponseMessage last = await ThroughAsync(browser, dashboard, "/sign-in/openid?return=%2Fhistory");

        Assert.Equal((HttpStatusCode.Redirect, "/history"), (last.StatusCode, last.Headers.Location!.ToString()));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/accounts")).StatusCode);
        Account account = Assert.Single(dashboard.Service<AccountBook>().All);
        Assert.Equal(("alice", null, "administrator:* operator:lab"), (account.Name.ToString(), account.PasswordHash, string.Join(' ', account.Grants)));

        // Again: the same account, and no second one.
        using var other = new Browser(dashboard.Address);
        using HttpResponseMessage again = await ThroughAsync(other, dashboard, "/sign-in/openid");
        Assert.Equal(account.Id, Assert.Single(dashboard.Service<AccountBook>().All).Id);

        // Whose groups no longer say so stays the administrator while there is no other, and is told that.
        await provider.StandardInput.WriteLineAsync("lab-people");
        await LineAsync(provider, "groups");
        using var later = new Browser(dashboard.Address);
        using HttpResponseMessage refused = await ThroughAsync(later, dashboard, "/sign-in/openid");
        Assert.Equal("/sign-in?problem=lastadministrator", refused.Headers.Location!.ToString());
        using HttpResponseMessage page = await later.GetAsync("/sign-in?problem=lastadministrator");
        Assert.Contains("nobody else administers this dashboard", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        provider.Kill();
    }

    [Fact]
    public async Task SignIn_WithoutAGroupThatMayLook_IsRefusedInWords()
    {
        using var folder = new TempFolder();
        using Process provider = await ProviderAsync("visitors");
        await using Dashboard dashboard = await StartAsync(folder, provider, "platform=administrator:*");
        using var browser = new Browser(dashboard.Address);

        using HttpResponseMessage last = await ThroughAsync(browser, dashboard, "/sign-in/openid");

        Assert.Equal("/sign-in?problem=groups", last.Headers.Location!.ToString());
        using HttpResponseMessage page = await browser.GetAsync("/sign-in?problem=groups");
        Assert.Contains("None of your groups may look at this dashboard", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Empty(dashboard.Service<AccountBook>().All);
        provider.Kill();
    }

    [Theory]
    [InlineData("operator:*", HttpStatusCode.Forbidden)]
    // The last administrator keeps the role, and nothing that was made with it.
    [InlineData("administrator:*", HttpStatusCode.Unauthorized)]
    public async Task SignIn_OfSomebodyWhoLeftTheGroups_EndsWhatWasThere(string grant, HttpStatusCode ofToken)
    {
        using var folder = new TempFolder();
        using Process provider = await ProviderAsync("lab-people");
        await using Dashboard dashboard = await StartAsync(folder, provider, $"lab-people={grant}");
        using var before = new Browser(dashboard.Address);
        (await ThroughAsync(before, dashboard, "/sign-in/openid")).Dispose();
        Account account = Assert.Single(dashboard.Service<AccountBook>().All);
        (Secret? token, _) = await dashboard.Service<TokenBook>().MakeAsync(account, "test", account.Grants[0], TimeSpan.FromDays(1), Actor.System);
        using var client = new HttpClient { BaseAddress = dashboard.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!.Text);
        Assert.Equal(HttpStatusCode.OK, (await before.GetAsync("/history")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/fleet.json", Stop)).StatusCode);

        await provider.StandardInput.WriteLineAsync("visitors");
        await LineAsync(provider, "groups");
        using var after = new Browser(dashboard.Address);
        using HttpResponseMessage last = await ThroughAsync(after, dashboard, "/sign-in/openid");

        Assert.Equal("/sign-in?problem=groups", last.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Redirect, (await before.GetAsync("/history")).StatusCode);
        Assert.Equal(ofToken, (await client.GetAsync("/fleet.json", Stop)).StatusCode);
        provider.Kill();
    }

    [Fact]
    public async Task Callback_ThatNobodyBegan_IsRefusedInWords()
    {
        using var folder = new TempFolder();
        using Process provider = await ProviderAsync("platform");
        await using Dashboard dashboard = await StartAsync(folder, provider, "platform=administrator:*");
        using var browser = new Browser(dashboard.Address);

        using HttpResponseMessage answer = await browser.GetAsync($"{OpenIdScheme.Callback}?code=stolen&state=made-up");

        Assert.Equal("/sign-in?problem=provider", answer.Headers.Location!.ToString());
        Assert.Null(browser.Cookie(SessionScheme.Cookie));
        provider.Kill();
    }

    private static async Task<Process> ProviderAsync(string groups)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "oidc-provider")))
        {
            using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })!;
            await install.WaitForExitAsync(Stop);
            Assert.Equal(0, install.ExitCode);
        }

        return Process.Start(new ProcessStartInfo("node", ["provider.mjs", groups])
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    private static async Task<Dashboard> StartAsync(TempFolder folder, Process provider, string grants)
    {
        string authority = await LineAsync(provider, "http://");
        string secret = folder.File("client-secret");
        await File.WriteAllTextAsync(secret, "a-client-secret-of-the-test\n", Stop);
        Dashboard dashboard = await Dashboard.StartAsync(folder, settings:
        [
            "--TdxDash:OpenId:Authority", authority, "--TdxDash:OpenId:ClientId", "tdxdash", "--TdxDash:OpenId:ClientSecretFile", secret, "--TdxDash:OpenId:Grants", grants,
        ]);
        await provider.StandardInput.WriteLineAsync(new Uri(dashboard.Address, OpenIdScheme.Callback).ToString());
        await LineAsync(provider, "ready");
        return dashboard;
    }

    private static async Task<string> LineAsync(Process provider, string begins)
    {
        while (true)
        {
            string line = await provider.StandardOutput.ReadLineAsync(Stop).AsTask().WaitAsync(Dashboard.Patience, Stop) ?? throw new InvalidOperationException("The OpenID provider ended.");
            if (line.StartsWith(begins, StringComparison.Ordinal))
            {
                return line;
            }
        }
    }

    // From the dashboard to the provider, through its own pages as somebody who signs in and agrees, and back: until the dashboard leads to a page of its own.
    private static async Task<HttpResponseMessage> ThroughAsync(Browser browser, Dashboard dashboard, string path)
    {
        HttpResponseMessage answer = await browser.GetAsync(path);
        using var there = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        Uri at = answer.Headers.Location!;
        while (at.Authority != dashboard.Address.Authority)
        {
            answer.Dispose();
            answer = await there.GetAsync(at, Stop);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                string page = await answer.Content.ReadAsStringAsync(Stop);
                string prompt = Prompt().Match(page).Groups[1].Value;
                using var form = new FormUrlEncodedContent([new("prompt", prompt), new("login", "alice"), new("password", "anything")]);
                answer.Dispose();
                answer = await there.PostAsync(new Uri(at, Action().Match(page).Groups[1].Value), form, Stop);
            }

            at = new Uri(at, answer.Headers.Location!);
        }

        answer.Dispose();
        return await browser.GetAsync(at.PathAndQuery);
    }

    [GeneratedRegex("name=\"prompt\" value=\"([a-z]+)\"")]
    private static partial Regex Prompt();

    [GeneratedRegex("<form[^>]* action=\"([^\"]+)\"")]
    private static partial Regex Action();
}
