using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Follows what the kernel logs of TDX: first what it has logged before, then what is added.</summary>
internal sealed class KernelLogWatch : IDisposable
{
    private readonly HostFiles _files;
    private readonly TimeProvider _time;
    private readonly KernelLogTail? _tail;
    private readonly KernelRecords _records;
    private bool _logRead;

    /// <summary>Opens the kernel log; nothing is read yet.</summary>
    /// <param name="files">The host.</param>
    /// <param name="mark">The number of the last record that was looked at in this boot; null for none.</param>
    /// <param name="time">The clock.</param>
    public KernelLogWatch(HostFiles files, ulong? mark, TimeProvider time)
    {
        (_files, _time, _tail, _records) = (files, time, files.FollowLog(), new KernelRecords(mark));
    }

    /// <summary>The number of the last record that was looked at.</summary>
    public ulong? Mark => _records.Mark;

    /// <summary>Adds what was logged since the last call.</summary>
    public void Read(List<ReinitObservation> seen)
    {
        IReadOnlyList<KernelRecord> records = [];
        if (!_logRead)
        {
            _logRead = true;
            HostAccess log = _files.Read(HostFiles.KernelLog);
            records = log.Error is null ? _records.TakeAll(log.Text) : [];
        }

        KernelLogPiece? piece = _tail?.ReadNew();
        if (piece is { Lost: > 0 } gap)
        {
            seen.Add(new ReinitObservation(_time.GetUtcNow(), _files.Provenance, HostFiles.KernelLog) { LostLines = (long)Math.Min(gap.Lost, long.MaxValue) });
        }

        records = piece is { Text.Length: > 0 } added ? [.. records, .. _records.Take(added.Text)] : records;
        if (records.Count > 0)
        {
            DateTimeOffset now = _time.GetUtcNow();
            TimeSpan? uptime = Uptime();
            seen.AddRange(records.Select(record => new ReinitObservation(
                uptime is { } up && record.SinceBoot is { } at && at <= up ? now - (up - at) : now, _files.Provenance, HostFiles.KernelLog)
            { KernelLine = record.Text }));
        }
    }

    /// <summary>Closes the kernel log.</summary>
    public void Dispose() => _tail?.Dispose();

    private TimeSpan? Uptime() => _files.Origin == Origin.Live && _files.Read("/proc/uptime") is { Error: null } uptime
        && double.TryParse(uptime.Text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < 1e10
        ? TimeSpan.FromSeconds(seconds) : null;
}
