using System.Net;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Notes in the audit log, of which nothing is ever removed, that somebody unknown was refused: of each action and network address the first time in a minute, and at the minute's end
/// how often it came again. So nobody fills the disk by trying.</summary>
/// <param name="audit">The audit log.</param>
/// <param name="time">The clock.</param>
internal sealed class RefusalAudit(AuditLog audit, TimeProvider time) : IHostedService, IDisposable
{
    /// <summary>The most addresses that are told apart within a minute; those beyond are one.</summary>
    public const int MostAddresses = 100;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Dictionary<(string Action, string Network), Tally> _tallies = [];
    private ITimer? _timer;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => _ = FlushAsync(), null, Window, Window);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        try
        {
            await FlushAsync().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A database that hangs holds up no stop.
        }
    }

    /// <summary>Notes a refusal; committed when it returns, where it is the first.</summary>
    public Task AddAsync(AuditEntry entry)
    {
        (string Action, string Network) key = (entry.Action, NetworkOf(entry.By.Address));
        lock (_gate)
        {
            if (_tallies.Count >= MostAddresses && !_tallies.ContainsKey(key))
            {
                key = (entry.Action, "");
            }

            if (_tallies.TryGetValue(key, out Tally? tally))
            {
                (tally.More, tally.Last) = (tally.More + 1, entry);
                return Task.CompletedTask;
            }

            _tallies.Add(key, new Tally { Last = entry });
        }

        return audit.AddAsync(entry);
    }

    /// <summary>Notes how often refusals came again, and begins another minute.</summary>
    public Task FlushAsync()
    {
        Dictionary<(string Action, string Network), Tally> done;
        lock (_gate)
        {
            (done, _tallies) = (_tallies, []);
        }

        return Task.WhenAll(done.Values.Where(tally => tally.More > 0).Select(tally => audit.AddAsync(
            tally.Last with { Detail = FormattableString.Invariant($"{tally.More} more within the minute; the last: {tally.Last.Detail}") })));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static string NetworkOf(string address) => IPAddress.TryParse(address, out IPAddress? known) ? CallerAddress.NetworkOf(known).ToString() : "";

    private sealed class Tally
    {
        public int More { get; set; }

        public required AuditEntry Last { get; set; }
    }
}
