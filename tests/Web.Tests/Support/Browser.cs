using System.Net;
using System.Text.RegularExpressions;

namespace TdxDash.Web.Tests.Support;

/// <summary>What a browser does at the sign-in: it keeps cookies, and sends forms back with their token.</summary>
internal sealed partial class Browser : IDisposable
{
    private readonly HttpClient _client;
    private readonly Dictionary<string, string> _cookies = [];

    public Browser(Uri dashboard)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = dashboard };
        _client.DefaultRequestHeaders.Add("Accept", "text/html");
    }

    /// <summary>Every cookie as the dashboard last set it, with its attributes.</summary>
    public Dictionary<string, string> Set { get; } = [];

    public string? Cookie(string name) => _cookies.GetValueOrDefault(name);

    public void Take(string name, string value) => _cookies[name] = value;

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Opens a page with a form, fills it in and sends it.</summary>
    /// <param name="path">The page.</param>
    /// <param name="form">The form's name; null for a form that goes to another address.</param>
    /// <param name="fields">What is typed.</param>
    public async Task<HttpResponseMessage> FillAsync(string path, string? form, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage page = await GetAsync(path);
        string html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return await PostAsync(path, [("_handler", form ?? ""), ("__RequestVerificationToken", TokenIn(html)), .. fields]);
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
    {
        Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
    });

    /// <summary>The token against forgery that a page carries.</summary>
    public static string TokenIn(string html) => WebUtility.HtmlDecode(Token().Match(html).Groups[1].Value);

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            HttpResponseMessage answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
            foreach (string cookie in answer.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set : [])
            {
                string[] pair = cookie.Split(';')[0].Split('=', 2);
                (_cookies[pair[0]], Set[pair[0]]) = (pair[1], cookie);
            }

            return answer;
        }
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
