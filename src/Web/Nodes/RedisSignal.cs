using System.Threading.Channels;
using StackExchange.Redis;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Tells other nodes by Redis, right after a commit, that something is new in the store, and hears it from them. A message says nothing but who wrote: what is new is read from the store, which
/// everybody looks at anyway. So a message that is lost, late or forged makes no difference but to when.</summary>
internal sealed partial class RedisSignal : BackgroundService
{
    /// <summary>The channel.</summary>
    public const string Channel = "tdxdash:written";

    // What is committed within it is told together.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private const int RetryMilliseconds = 1_000;

    private readonly Channel<bool> _commits = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RedisOptions _options;
    private readonly PostgresStore _store;
    private readonly NodeFeed _feed;
    private readonly ILogger<RedisSignal> _log;
    private volatile ConnectionMultiplexer? _redis;
    private int _isTold;
    private long _told, _heard;

    public RedisSignal(RedisOptions options, PostgresStore store, StoreWriter writer, NodeFeed feed, ILogger<RedisSignal> log)
    {
        (_options, _store, _feed, _log) = (options, store, feed, log);
        writer.BatchEnded += report =>
        {
            if (report.IsCommitted)
            {
                _commits.Writer.TryWrite(true);
            }
        };
    }

    /// <summary>Whether Redis is there: else other nodes see what this one writes a second later.</summary>
    public bool IsConnected => _redis is { } redis && redis.GetSubscriber().IsConnected(RedisChannel.Literal(Channel));

    /// <summary>How many messages this node sent.</summary>
    public long Told => Interlocked.Read(ref _told);

    /// <summary>How many messages of other nodes it got.</summary>
    public long Heard => Interlocked.Read(ref _heard);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TellAsync(stoppingToken);
            }
            catch (OperationCanceledException)
            {
                // The dashboard stops.
            }
            // The edge of the loop: whatever the library met, it is tried anew, and the store tells the rest meanwhile.
            catch (Exception e)
            {
                Tell(isThere: false, e.Message);
                await Task.Delay(RetryMilliseconds, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TellAsync(CancellationToken stopping)
    {
        try
        {
            await using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(Configuration()).WaitAsync(stopping);
            redis.ConnectionFailed += (_, failure) => Tell(isThere: false, failure.FailureType.ToString());
            redis.ConnectionRestored += (_, _) => Tell(isThere: true, "");
            ISubscriber subscriber = redis.GetSubscriber();
            // The library subscribes by itself once the server is there, and again when it comes back.
            await subscriber.SubscribeAsync(RedisChannel.Literal(Channel), (_, node) => Hear(node), CommandFlags.FireAndForget);
            _redis = redis;
            Tell(redis.IsConnected, "it cannot be reached");
            while (await _commits.Reader.WaitToReadAsync(stopping))
            {
                _commits.Reader.TryRead(out _);
                await subscriber.PublishAsync(RedisChannel.Literal(Channel), _store.Node, CommandFlags.FireAndForget);
                Interlocked.Increment(ref _told);
                await Task.Delay(Rest, stopping);
            }
        }
        finally
        {
            _redis = null;
        }
    }

    // A server that is not there yet is waited for, and one that is gone holds nothing up.
    private ConfigurationOptions Configuration()
    {
        ConfigurationOptions parsed = ConfigurationOptions.Parse(_options.Connection);
        (parsed.AbortOnConnectFail, parsed.BacklogPolicy, parsed.ClientName, parsed.ReconnectRetryPolicy) = (false, BacklogPolicy.FailFast, "tdxdash", new LinearRetry(RetryMilliseconds));
        return parsed;
    }

    private void Hear(RedisValue node)
    {
        if (node != _store.Node)
        {
            Interlocked.Increment(ref _heard);
            _feed.Call();
        }
    }

    // It has several connections, and each comes and goes: said once.
    private void Tell(bool isThere, string reason)
    {
        if (isThere)
        {
            // Whatever was said meanwhile.
            _feed.Call();
        }

        int now = isThere ? 1 : -1;
        if (Interlocked.Exchange(ref _isTold, now) == now)
        {
            return;
        }

        if (isThere)
        {
            Connected(_log);
        }
        else
        {
            Lost(_log, reason);
        }
    }

    [LoggerMessage(EventId = 520, Level = LogLevel.Information, Message = "Redis is connected: other nodes are told at once what is new.")]
    private static partial void Connected(ILogger log);

    [LoggerMessage(EventId = 521, Level = LogLevel.Warning, Message = "Redis is not connected ({Reason}): other nodes see a second later what is new. It is tried again and again; check that it runs, and TdxDash:Redis:ConnectionStringFile.")]
    private static partial void Lost(ILogger log, string reason);
}
