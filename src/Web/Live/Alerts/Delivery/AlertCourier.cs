using System.Collections.Concurrent;
using System.Security.Cryptography;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Works off the outbox: for each target and rule one message for what came together, at least once, in order, with pauses that grow while the target takes none.
/// Without a target that is on, it calls nobody.</summary>
/// <param name="services">Gives the labels, which read the store and so are not to be made before that is open.</param>
/// <param name="book">The targets and silences.</param>
/// <param name="reader">Reads the outbox.</param>
/// <param name="writer">The store's writer.</param>
/// <param name="senders">One for each kind of target.</param>
/// <param name="secrets">Reads the targets' secrets.</param>
/// <param name="options">For links in messages.</param>
/// <param name="jobs">Whether this node tells targets.</param>
/// <param name="time">The clocks.</param>
/// <param name="log">The log.</param>
internal sealed class AlertCourier(IServiceProvider services, AlertBook book, AlertReader reader, StoreWriter writer, IEnumerable<IAlertSender> senders, TargetSecrets secrets, DashboardOptions options,
    JobTurn jobs, TimeProvider time, ILogger<AlertCourier> log) : BackgroundService
{
    /// <summary>How long an alert waits for others of its rule, so that a fault of a whole fleet is one message.</summary>
    public static readonly TimeSpan GroupFor = TimeSpan.FromSeconds(30);

    /// <summary>The most alerts in one message.</summary>
    public const int MostInMessage = 1_000;

    /// <summary>How long the outbox holds what a target does not take.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    /// <summary>The most events in the outbox.</summary>
    public const int MostKept = 50_000;

    /// <summary>The first pause after a failure; each further one is twice as long.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyAfter = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<long, Progress> _progress = new();
    private long _tidiedAt = time.GetTimestamp();

    /// <summary>Tells every target what is due.</summary>
    public async Task RoundAsync(CancellationToken cancellation)
    {
        AlertTarget[] targets = [.. book.Targets.Where(target => target.IsOn)];
        if (targets.Length == 0)
        {
            return;
        }

        await Task.WhenAll(targets.Select(target => ServeAsync(target, cancellation)));
        if (time.GetElapsedTime(_tidiedAt) >= TidyAfter)
        {
            _tidiedAt = time.GetTimestamp();
            DateTimeOffset before = time.GetUtcNow() - KeptFor;
            await WriteAsync(transaction => AlertSettingsWriter.Tidy(transaction, before, MostKept));
        }
    }

    /// <summary>Sends a target a test message now.</summary>
    /// <returns>Null when it took it, else why not and what to do.</returns>
    public async Task<string?> TestAsync(AlertTarget target, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        string? reason = await SendAsync(target, AlertMessage.TestAt(now, options.Alerts.Link), cancellation);
        await WriteAsync(transaction => Note(transaction, target, reason, now));
        if (reason is null)
        {
            // What waits need not wait any longer.
            _progress.TryRemove(target.Id, out _);
        }

        return reason;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await jobs.RunAsync(TryRoundAsync, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // What was not taken is in the outbox.
        }
    }

    private async Task TryRoundAsync(CancellationToken stopping)
    {
        try
        {
            await RoundAsync(stopping);
        }
        // The edge of the loop: whatever failed, the next round has its chance.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            AlertLog.CourierFailed(log, e);
        }
    }

    private async Task ServeAsync(AlertTarget target, CancellationToken cancellation)
    {
        Progress progress = _progress.GetOrAdd(target.Id, _ => new Progress());
        bool isPaused = progress.FailedAt is { } failedAt && time.GetElapsedTime(failedAt) < progress.Pause;
        bool isRefused = isPaused || !await TellAsync(target, progress, cancellation);
        // Also while something is refused: what fires would be taken for over, of every rule.
        if (target.Draft.Kind == AlertTargetKind.Alertmanager && (progress.ResentAt is not { } resentAt || time.GetElapsedTime(resentAt) >= AlertmanagerSender.ResendAfter))
        {
            progress.ResentAt = time.GetTimestamp();
            await ResendAsync(target, progress, isRefused, cancellation);
        }
    }

    /// <returns>Whether the target took all that is due.</returns>
    private async Task<bool> TellAsync(AlertTarget target, Progress progress, CancellationToken cancellation)
    {
        // What was refused last comes last, so that it keeps nothing else waiting.
        foreach (WaitingStream stream in reader.Waiting(target).OrderBy(stream => stream.RuleId == progress.Refused))
        {
            if (IsDue(target, stream) && !await SendAsync(target, stream, progress, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    // Alertmanager has groups of its own. A wall clock that was set back holds nothing up.
    private bool IsDue(AlertTarget target, WaitingStream stream)
    {
        TimeSpan age = time.GetUtcNow() - UnixTime.FromMicroseconds(stream.OldestAt);
        return target.Draft.Kind == AlertTargetKind.Alertmanager || age >= GroupFor || age < TimeSpan.Zero || stream.Waiting >= MostInMessage;
    }

    private async Task<bool> SendAsync(AlertTarget target, WaitingStream stream, Progress progress, CancellationToken cancellation)
    {
        IReadOnlyList<StoredAlert> alerts = reader.Events(stream, MostInMessage);
        if (alerts.Count == 0)
        {
            return true;
        }

        string? reason = await SendAsync(target, AlertMessage.Of(alerts, options.Alerts.Link), cancellation);
        DateTimeOffset now = time.GetUtcNow();
        if (reason is null)
        {
            await WriteAsync(transaction => AlertSettingsWriter.Took(transaction, target.Id, stream.RuleId, alerts.Max(alert => alert.EventId), now));
            Succeed(target, progress);
            return true;
        }

        await FailAsync(target, progress, reason, stream.RuleId);
        return false;
    }

    private async Task ResendAsync(AlertTarget target, Progress progress, bool isRefused, CancellationToken cancellation)
    {
        DateTimeOffset now = time.GetUtcNow();
        LabelBook labels = services.GetRequiredService<LabelBook>();
        StoredAlert[] firing = [.. reader.Open().Where(alert => alert.IsTold
            && !book.Silences.Any(silence => silence.Covers(alert.RuleId, alert.HostId, labels.Find(alert.HostId), now)))];
        foreach (StoredAlert[] alerts in firing.GroupBy(alert => alert.RuleId).SelectMany(rule => rule.Chunk(MostInMessage)))
        {
            if (await SendAsync(target, AlertMessage.Of(alerts, options.Alerts.Link), cancellation) is { } reason)
            {
                // What was refused before is what the pause and the page speak of.
                await (isRefused ? Task.CompletedTask : FailAsync(target, progress, reason, null));
                return;
            }
        }

        if (firing.Length > 0 && !isRefused)
        {
            await WriteAsync(transaction => AlertSettingsWriter.Took(transaction, target.Id, now));
            Succeed(target, progress);
        }
    }

    private async Task<string?> SendAsync(AlertTarget target, AlertMessage message, CancellationToken cancellation)
    {
        if (!secrets.TryRead(target, out string secret))
        {
            return TargetSecrets.Unreadable;
        }

        try
        {
            return await senders.First(sender => sender.Kind == target.Draft.Kind).SendAsync(target.Draft, secret, message, cancellation);
        }
        // One target that cannot be told for whatever reason must not keep others from being told. What the exception says may hold the secret.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"The message could not be made or sent ({e.GetType().Name}): look after the target's address, user and secret.";
        }
    }

    private void Succeed(AlertTarget target, Progress progress)
    {
        if (progress.Failures > 0)
        {
            AlertLog.TakenAgain(log, target.Draft.Name);
        }

        (progress.Failures, progress.FailedAt, progress.Refused) = (0, null, null);
    }

    private async Task FailAsync(AlertTarget target, Progress progress, string reason, long? ruleId)
    {
        double longest = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, progress.Failures));
        // Not all dashboards at once; a tenth either way.
        progress.Pause = TimeSpan.FromSeconds(longest * RandomNumberGenerator.GetInt32(90, 111) / 100);
        (progress.Failures, progress.FailedAt, progress.Refused) = (Math.Min(progress.Failures + 1, 16), time.GetTimestamp(), ruleId);
        DateTimeOffset now = time.GetUtcNow();
        if (reason != progress.Reason || progress.Failures == 1)
        {
            AlertLog.NotTaken(log, target.Draft.Name, progress.Pause.TotalSeconds, reason);
        }

        progress.Reason = reason;
        await WriteAsync(transaction => AlertSettingsWriter.Failed(transaction, target.Id, reason, now));
    }

    private static void Note(StoreTransaction transaction, AlertTarget target, string? reason, DateTimeOffset now)
    {
        if (reason is null)
        {
            AlertSettingsWriter.Took(transaction, target.Id, now);
        }
        else
        {
            AlertSettingsWriter.Failed(transaction, target.Id, reason, now);
        }
    }

    // A place that was not stored is a message that is sent again: at least once.
    private async Task WriteAsync(Action<StoreTransaction> write)
    {
        var work = new DirectWork<bool>(transaction =>
        {
            write(transaction);
            return true;
        });
        if ((await work.RunAsync(writer)).Failure is null)
        {
            book.LoadTold();
        }
    }

    private sealed class Progress
    {
        public int Failures { get; set; }

        public long? FailedAt { get; set; }

        public TimeSpan Pause { get; set; }

        public string? Reason { get; set; }

        public long? Refused { get; set; }

        public long? ResentAt { get; set; }
    }
}
