using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

namespace TdxDash.EndToEnd.Processes;

/// <summary>Signs in at dashboards as their first administrator, by the link that the first start prints, once for each data folder.</summary>
internal static partial class SignedIn
{
    /// <summary>The cookie of a session.</summary>
    public const string Cookie = "__Host-tdxdash";

    private const string Password = "correct horse battery";
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> ByFolder = [];
    private static readonly ConcurrentDictionary<string, Dashboard> ByAddress = [];

    /// <summary>Makes a dashboard known under an address: its own, or that of something in front of it.</summary>
    public static void Know(Uri address, Dashboard dashboard) => ByAddress[address.Authority] = dashboard;

    /// <summary>What the cookie holds, of the dashboard behind an address.</summary>
    /// <returns>Null for an address that no dashboard is known under.</returns>
    public static async Task<string?> ValueAsync(Uri address) => ByAddress.TryGetValue(address.Authority, out Dashboard? dashboard)
        ? await ByFolder.GetOrAdd(dashboard.Folder, _ => new Lazy<Task<string>>(() => SignInAsync(dashboard))).Value
        : null;

    /// <summary>A client that is signed in.</summary>
    public static async Task<HttpClient> ClientAsync(Uri address)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add("Cookie", $"{Cookie}={await ValueAsync(address)}");
        return client;
    }

    private static async Task<string> SignInAsync(Dashboard dashboard)
    {
        string link = (await dashboard.LineAsync(Link())).Groups[1].Value;
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = dashboard.Address };
        using HttpResponseMessage page = await client.GetAsync(link, TestContext.Current.CancellationToken);
        string html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "welcome",
            ["__RequestVerificationToken"] = WebUtility.HtmlDecode(Token().Match(html).Groups[1].Value),
            ["Form.Name"] = "admin",
            ["Form.Password"] = Password,
            ["Form.Again"] = Password,
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, link) { Content = form };
        request.Headers.Add("Cookie", Cookies(page));
        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        string session = Cookies(answer);
        Assert.True(session.StartsWith(Cookie + "=", StringComparison.Ordinal), $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        return session[(Cookie.Length + 1)..];
    }

    private static string Cookies(HttpResponseMessage answer) =>
        string.Join("; ", answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set.Select(one => one.Split(';')[0]) : []);

    [GeneratedRegex(@"https?://[^/]+(/welcome\?token=\S+)")]
    private static partial Regex Link();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
