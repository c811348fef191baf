using System.Text;
using System.Text.Json;
using TdxDash.Testing;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Alerts.Delivery;
using TdxDash.Web.Options;

namespace TdxDash.Web.Tests.Live.Alerts;

/// <summary>The outbox and webhooks, against a real listener.</summary>
public sealed class AlertDeliveryTests : IAsyncLifetime
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly AlertHouse _house = new(new AlertOptions(new Uri("https://tdx.example.com/"), []));
    private HookListener _hook = null!;

    public async ValueTask InitializeAsync() => _hook = await HookListener.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _house.DisposeAsync();
        await _hook.DisposeAsync();
    }

    [Fact]
    public async Task Webhook_ManyHostsAtOnce_AreOneSignedMessageOfTheDocumentedForm()
    {
        await AddHookAsync("canary-1f0e");
        await _house.FireAsync(1, 2, 3);
        await _house.DeliverAsync();
        Assert.Empty(_hook.Requests);

        await DeliverGroupAsync();
        await _house.DeliverAsync();

        HookRequest request = Assert.Single(_hook.Requests);
        Assert.Equal(WebhookSender.Sign("canary-1f0e", request.Headers[WebhookSender.TimestampHeader], request.Body), request.Headers[WebhookSender.SignatureHeader]);
        Golden.Equal(Path.Combine(Repository.Root, "docs/examples/alert-webhook.json"), JsonSerializer.Serialize(JsonDocument.Parse(request.Body).RootElement, Indented) + "\n");
        Assert.NotNull(_house.View.Targets[0].SentAt);
        Assert.Equal(0, (await _house.View.WaitingAsync(TestContext.Current.CancellationToken)).Values.Single());
    }

    [Fact]
    public async Task Webhook_FailsAndComesBack_GetsTheMessageAfterAPauseAndARestart()
    {
        await AddHookAsync();
        _hook.Answers.Enqueue(500);
        await _house.FireAsync(1);
        await DeliverGroupAsync();

        AlertTarget target = Assert.Single(_house.View.Targets);
        Assert.Contains("500", target.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain(HookListener.Secret, target.Failure, StringComparison.Ordinal);
        await _house.DeliverAsync();
        Assert.Single(_hook.Requests);

        await _house.RestartAsync();
        await _house.PassAsync(TimeSpan.FromSeconds(1));
        await _house.DeliverAsync();

        Assert.Equal(2, _hook.Requests.Count);
        Assert.Equal(_hook.Requests.First().Body, _hook.Requests.Last().Body);
        Assert.Null(Assert.Single(_house.View.Targets).Failure);

        _house.Store.Time.Advance(TimeSpan.FromHours(1));
        await _house.DeliverAsync();
        Assert.Equal(2, _hook.Requests.Count);
    }

    [Fact]
    public async Task Webhook_GoesOnFailing_IsTriedLessAndLess()
    {
        await AddHookAsync();
        Array.ForEach([.. Enumerable.Repeat(503, 1_000)], _hook.Answers.Enqueue);
        await _house.FireAsync(1);
        for (int i = 0; i < 720; i++)
        {
            _house.Store.Time.Advance(TimeSpan.FromSeconds(5));
            await _house.DeliverAsync();
        }

        // After 5, 10, 20, 40, 80, 160, 300, 300 ... seconds, a tenth more or less, for an hour.
        Assert.InRange(_hook.Requests.Count, 14, 20);
    }

    [Fact]
    public async Task Webhook_Redirect_IsNotFollowedAndSaysSo()
    {
        await AddHookAsync();
        _hook.Answers.Enqueue(307);
        await _house.FireAsync(1);
        await DeliverGroupAsync();

        Assert.Single(_hook.Requests);
        Assert.Contains("a redirect, which is not followed", Assert.Single(_house.View.Targets).Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhook_FiredAndResolvedWhileItWasAway_IsToldOnceThatItIsOver()
    {
        await AddHookAsync();
        await _house.FireAsync(1);
        await _house.ReportAsync(1, 3);
        await _house.PassAsync(AlertKeeper.SweepAfter);
        await _house.PassAsync(TimeSpan.FromMinutes(1));
        await _house.DeliverAsync();

        using JsonDocument message = JsonDocument.Parse(Assert.Single(_hook.Requests).Body);
        Assert.Equal("resolved", message.RootElement.GetProperty("status").GetString());
        Assert.Equal(1, message.RootElement.GetProperty("alerts").GetArrayLength());
    }

    [Fact]
    public async Task Outbox_WithoutATarget_HoldsNothingAndNobodyIsToldLater()
    {
        await _house.FireAsync(1);
        await AddHookAsync();
        _house.Store.Time.Advance(TimeSpan.FromHours(1));
        await _house.DeliverAsync();
        Assert.Empty(_hook.Requests);
    }

    [Fact]
    public async Task Outbox_TargetAwayForADay_DropsTheOldAndCountsIt()
    {
        await AddHookAsync();
        Array.ForEach([.. Enumerable.Repeat(503, 50)], _hook.Answers.Enqueue);
        await _house.FireAsync(1, 2);
        _house.Store.Time.Advance(AlertCourier.KeptFor + TimeSpan.FromMinutes(1));
        await _house.DeliverAsync();

        Assert.Equal(2, Assert.Single(_house.View.Targets).Dropped);
        Assert.Equal(0, (await _house.View.WaitingAsync(TestContext.Current.CancellationToken)).Values.Single());
    }

    [Fact]
    public async Task Test_OfATarget_IsSentAtOnceAndAnswersWithTheReason()
    {
        await AddHookAsync();
        long id = _house.View.Targets[0].Id;
        _hook.Answers.Enqueue(404);

        Assert.Contains("404", await _house.Desk.TestTargetAsync(AlertHouse.Admin, id, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Null(await _house.Desk.TestTargetAsync(AlertHouse.Admin, id, TestContext.Current.CancellationToken));

        using JsonDocument message = JsonDocument.Parse(_hook.Requests.Last().Body);
        Assert.True(message.RootElement.GetProperty("test").GetBoolean());
    }

    [Fact]
    public async Task Secret_OfATarget_LiesNowhereReadable()
    {
        await AddHookAsync("canary-1f0e");
        await _house.FireAsync(1);
        await DeliverGroupAsync();

        foreach (string file in Directory.EnumerateFiles(_house.Store.Engine.Folder))
        {
            await using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var text = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain("canary-1f0e", await text.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("canary-1f0e", Encoding.UTF8.GetString(Assert.Single(_hook.Requests).Body), StringComparison.Ordinal);
        Assert.DoesNotContain("canary-1f0e", new SetTarget(_house.View.Targets[0].Draft, "canary-1f0e").ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_Targets_AreThereAndAreNotChangedOnThePage()
    {
        await using var house = new AlertHouse(new AlertOptions(null, [new SetTarget(new TargetDraft("webhook (settings)", AlertTargetKind.Webhook, _hook.Address), "s")]));
        await house.PassAsync(TimeSpan.Zero);

        AlertTarget target = Assert.Single(house.View.Targets);
        Assert.True(target is { IsFromSettings: true, IsOn: true, HasSecret: true });
        Assert.Contains("stands in the dashboard's settings", await house.Desk.RemoveTargetAsync(AlertHouse.Admin, target.Id), StringComparison.Ordinal);
    }

    private Task AddHookAsync(string secret = "") => _house.AddTargetAsync(new TargetDraft("hook", AlertTargetKind.Webhook, _hook.Address), secret);

    private Task DeliverGroupAsync()
    {
        _house.Store.Time.Advance(AlertCourier.GroupFor);
        return _house.DeliverAsync();
    }
}
