using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>Secrets that are used in every way stand neither in the log, at its most talkative, nor in the database.</summary>
public sealed class SecretCanaryTests
{
    private const string Password = "canary-password-4711", WrongPassword = "canary-wrong-password-4711";

    [Fact]
    public async Task Secrets_Used_StandInNoLogAndNoFile()
    {
        using var folder = new TempFolder();
        using var log = new EveryLine();
        var secrets = new List<string> { Password, WrongPassword };
        // But for the server's own list of addresses that were asked for, which is off unless somebody turns it on: a link, which holds for one use, stands in it.
        string[] talkative = ["--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Warning"];
        await using (Dashboard dashboard = await Dashboard.StartAsync(folder, log: log, settings: talkative))
        {
            (string? link, _) = await dashboard.Service<LinkBook>().MakeFirstAsync();
            secrets.Add(link!.Split('=')[1]);
            using var browser = new Browser(dashboard.Address);
            using HttpResponseMessage made = await browser.FillAsync(link, "welcome", ("Form.Name", "root"), ("Form.Password", Password), ("Form.Again", Password));
            Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
            secrets.Add(browser.Cookie(SessionScheme.Cookie)!);
            using HttpResponseMessage wrong = await browser.FillAsync("/sign-in", "sign-in", ("Form.Name", "root"), ("Form.Password", WrongPassword));
            using HttpResponseMessage page = await browser.GetAsync("/account");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            string token = await dashboard.TokenAsync();
            secrets.Add(token);
            using var client = new HttpClient { BaseAddress = dashboard.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/fleet.json", TestContext.Current.CancellationToken)).StatusCode);
            using HttpResponseMessage lost = await client.GetAsync($"/nowhere?of={Uri.EscapeDataString("plain")}", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, lost.StatusCode);
        }

        Assert.True(log.Lines.Count > 50, "the log says next to nothing, so that nothing is proved");
        string said = string.Join('\n', log.Lines);
        byte[] stored = await File.ReadAllBytesAsync(folder.File("tdxdash.db"), TestContext.Current.CancellationToken);
        Assert.True(stored.AsSpan().IndexOf("session.start"u8) >= 0);
        Assert.All(secrets, secret =>
        {
            Assert.False(said.Contains(secret, StringComparison.Ordinal), $"the log holds '{secret}': {log.Lines.FirstOrDefault(line => line.Contains(secret, StringComparison.Ordinal))}");
            Assert.True(stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"the database holds '{secret}'");
        });
    }

    private sealed class EveryLine : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
