using System.Net;
using System.Net.Http.Headers;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

public sealed class ApiTokenCommandTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private Dashboard _dashboard = null!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        Assert.True(AccountName.TryParse("alice", out AccountName name));
        (_, string? problem) = await _dashboard.Service<AccountBook>().AddAsync(new Account { Id = 0, Name = name, Grants = [new Grant(Role.Operator, null)], CreatedAt = default }, Actor.System);
        Assert.Null(problem);
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Command_BesideADashboard_MakesATokenThatItTakesAtOnceAndThatCanBeRemoved()
    {
        string secret = await RunAsync("Alice", "--for", "prometheus on mon1", "--expires=2d");

        Assert.Equal(HttpStatusCode.OK, await AskAsync(secret));
        TokenBook book = _dashboard.Service<TokenBook>();
        ApiToken token = Assert.Single(book.Of(_dashboard.Service<AccountBook>().All.Single().Id));
        Assert.Equal(("prometheus on mon1", "viewer:*", TimeSpan.FromDays(2)), (token.Name, string.Join(' ', token.Grants), token.ExpiresAt - token.CreatedAt));
        Assert.Contains(_dashboard.Service<AuditLog>().Read(new AuditQuery("api-token.add", null, 9)), line => line is { Actor: "system", Detail: var detail } && detail.StartsWith("viewer:* of alice until", StringComparison.Ordinal));

        Assert.Null(await book.RemoveAsync(token, Actor.System));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(secret));
    }

    [Theory]
    [InlineData("There is no account 'bob'", "bob", "--for", "x")]
    [InlineData("may not do 'administrator:*' itself", "alice", "--for", "x", "--role", "administrator")]
    [InlineData("Say what the token is for", "alice")]
    [InlineData("is none of viewer, operator, administrator", "alice", "--for", "x", "--role", "3")]
    [InlineData("from 1m to 366d", "alice", "--for", "x", "--expires", "367d")]
    [InlineData("no option '--use'", "alice", "--use", "x")]
    [InlineData("needs an account's name", "--for", "x")]
    public async Task Command_Wrong_SaysWhyAndMakesNothing(string expected, params string[] args)
    {
        StartRefusedException e = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync(args));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Empty(_dashboard.Service<TokenBook>().Of(_dashboard.Service<AccountBook>().All.Single().Id));
    }

    [Theory]
    [InlineData(ApiTokenCommand.Name, "alice", "--for", "x")]
    [InlineData(AccountCommand.Name, "alice")]
    [InlineData(TokenCommand.Name)]
    public async Task Commands_WhileARestoreIsUnfinished_AreRefused(params string[] args)
    {
        RestoreMarker.Set(_dashboard.Path, "/aside");

        StartRefusedException e = await Assert.ThrowsAsync<StartRefusedException>(() => ExecuteAsync(args));

        Assert.Contains("was cut off before it was done", e.Message, StringComparison.Ordinal);
    }

    private Task<string> RunAsync(params string[] args) => ExecuteAsync([ApiTokenCommand.Name, .. args]);

    private async Task<string> ExecuteAsync(string[] args)
    {
        using var output = new StringWriter();
        await StoreCommand.RunAsync([.. args, $"--TdxDash:DataFolder={_folder.Path}"], output);
        return output.ToString().Trim();
    }

    private async Task<HttpStatusCode> AskAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = _dashboard.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
