using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security.Access;

/// <summary>The limits of sessions, by a clock that the tests set.</summary>
public sealed class SessionBookTests : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly SessionLimits Limits = SessionLimits.Default;

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private Dashboard _dashboard = null!;
    private SessionBook _book = null!;
    private string _key = null!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        _book = Load();
        Assert.True(AccountName.TryParse("alice", out AccountName name));
        (Account? account, _) = await _dashboard.Service<AccountBook>().AddAsync(
            new Account { Id = 0, Name = name, Grants = [new Grant(Role.Viewer, null)], CreatedAt = default }, Actor.System);
        (Secret? secret, string? problem) = await _book.StartAsync(account!, new Actor("alice", "192.0.2.7"), "browser");
        Assert.Null(problem);
        _key = secret!.Key;
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Session_ThatNobodyUses_EndsAtTheIdleLimitAndSaysSo()
    {
        var ended = new List<string>();
        using IDisposable listening = _book.SubscribeEnds(ended.Add);

        _time.Advance(Limits.Idle - Moment);
        // An open page that asks whether it may go on is no use.
        Assert.NotNull(_book.Find(_key, isUse: false));
        _time.Advance(Moment);

        Assert.Null(_book.Find(_key, isUse: true));
        Assert.Equal([_key], ended);
    }

    [Fact]
    public void Session_ThatIsUsedAllTheTime_EndsAtTheAbsoluteLimit()
    {
        TimeSpan step = Limits.Idle - Moment;
        int steps = (int)((Limits.Absolute - Moment) / step);
        for (int i = 0; i < steps; i++)
        {
            _time.Advance(step);
            Assert.NotNull(_book.Find(_key, isUse: true));
        }

        _time.Advance(Limits.Absolute - (steps * step));

        Assert.Null(_book.Find(_key, isUse: true));
    }

    [Fact]
    public void Session_AfterARestart_IsAsOldAsBefore()
    {
        _time.Advance(Limits.Idle - Moment);
        SessionBook after = Load();
        Assert.NotNull(after.Find(_key, isUse: false));

        _time.Advance(Moment);

        Assert.Null(after.Find(_key, isUse: true));
    }

    [Fact]
    public async Task Session_UsedOnceAfterEachOfManyRestarts_GoesOn()
    {
        TimeSpan step = TimeSpan.FromSeconds(50);
        for (TimeSpan gone = default; gone < 2 * Limits.Idle; gone += step)
        {
            _time.Advance(step);
            Assert.NotNull(Load().Find(_key, isUse: true));
            // Works are stored in their order, and so that use is before this.
            Assert.Null((await new DirectWork<bool>(_ => true).RunAsync(_dashboard.Service<StoreWriter>())).Failure);
        }
    }

    private SessionBook Load() =>
        new(_dashboard.Path, _dashboard.Service<StoreWriter>(), _dashboard.Service<AccountBook>(), _dashboard.Service<DashboardOptions>(), _time);
}
