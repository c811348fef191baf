using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Watches a module's initialisation and updates through what the kernel shows, and says only what is new. While nothing goes on
/// it looks once a second at four small files; while an update runs, every <see cref="Fast"/>.</summary>
internal sealed class ReinitWatch : IDisposable
{
    /// <summary>Between two looks while nothing goes on.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks while an update runs. The firmware-upload class does not notify its readers.</summary>
    public static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(25);

    private const int MaxProgress = 4_096;

    private readonly HostFiles _files;
    private readonly TimeProvider _time;
    private readonly KernelLogTail? _tail;
    private readonly KernelRecords _records;
    private readonly Lock _gate = new();
    private readonly List<ReinitObservation> _snapshots = [];
    private UploadValues? _upload;
    private bool _repeated;
    private bool _logRead;
    private int _progress;

    /// <summary>Opens the kernel log; nothing is read yet.</summary>
    /// <param name="files">The host.</param>
    /// <param name="mark">The number of the last record of the kernel log that was looked at in this boot; null for none.</param>
    /// <param name="time">The clock.</param>
    public ReinitWatch(HostFiles files, ulong? mark, TimeProvider time)
    {
        _files = files;
        _time = time;
        _tail = files.FollowLog();
        _records = new KernelRecords(mark);
        _progress = files.Origin == Origin.Demo && files.Read(EmulatedTree.Progress) is { Error: null } known ? known.Text.Count(c => c == '\n') : 0;
    }

    /// <summary>What follows from all that was seen.</summary>
    public ReinitState State { get; private set; } = ReinitState.Empty;

    /// <summary>The number of the last record of the kernel log that was looked at.</summary>
    public ulong? Mark => _records.Mark;

    /// <summary>Whether the module has to be read again now.</summary>
    public bool WantsSnapshot => State.Update is { Outcome: RunOutcome.Running, Current.Stage: ReinitStage.Rereading };

    /// <summary>The time to the next look.</summary>
    public TimeSpan Pace => State.IsUpdating || _upload is { Status: not "idle" } or { IsLoading: true } || State.Boot is { Outcome: RunOutcome.Running, IsEmulated: true } ? Fast : Slow;

    /// <summary>Looks once.</summary>
    /// <returns>What is new, in order; empty where nothing is.</returns>
    public IReadOnlyList<ReinitObservation> Look()
    {
        lock (_gate)
        {
            var seen = new List<ReinitObservation>();
            // What ends a step is logged after its last progress was shown.
            Progress(seen);
            Lines(seen);
            Device(seen);
            Node(seen);
            seen.AddRange(_snapshots);
            _snapshots.Clear();
            List<ReinitObservation> bounded = [.. seen.Select(observation => observation.Bounded())];
            State = bounded.Aggregate(State, (state, observation) => state.Apply(observation));
            return bounded;
        }
    }

    /// <summary>Takes what a snapshot tells of the module, where it is news or an update waits for it.</summary>
    /// <returns>Whether it is told with the next look.</returns>
    public bool Read(Snapshot snapshot)
    {
        lock (_gate)
        {
            var identity = ModuleFingerprint.From(snapshot);
            if (!WantsSnapshot && (identity is null || identity == State.Identity))
            {
                return false;
            }

            Reading<string> transport = snapshot.Module.Transport;
            string problem = identity is not null ? "" : transport.Reason.Length > 0 ? transport.Reason : "The module did not tell its version.";
            _snapshots.Add(new ReinitObservation(_time.GetUtcNow(), snapshot.Module.Metadata.IsKnown ? snapshot.Module.Metadata.Provenance : _files.Provenance,
                snapshot.Module.Metadata.IsKnown ? snapshot.Module.Metadata.Source : UpdateFiles.Device + "/version")
            {
                Sweep = new SweepResult(identity, problem),
            });
            return true;
        }
    }

    /// <summary>Closes the kernel log.</summary>
    public void Dispose() => _tail?.Dispose();

    private void Lines(List<ReinitObservation> seen)
    {
        IReadOnlyList<KernelRecord> records = [];
        if (!_logRead)
        {
            _logRead = true;
            HostAccess log = _files.Read(HostFiles.KernelLog);
            records = log.Error is null ? _records.TakeAll(log.Text) : [];
        }

        KernelLogPiece? piece = _tail?.ReadNew();
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

    private TimeSpan? Uptime() => _files.Origin == Origin.Live && _files.Read("/proc/uptime") is { Error: null } uptime
        && double.TryParse(uptime.Text.Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < 1e10
        ? TimeSpan.FromSeconds(seconds) : null;

    private void Node(List<ReinitObservation> seen)
    {
        if (UpdateFiles.ReadNode(_files) is not { } node)
        {
            return;
        }

        // Told once more when it stands still: what no longer moves is in the kernel. And when an update was seen by other signs, but was over
        // between two looks at the node.
        bool same = node.Values == _upload;
        bool over = node.Values is { Status: "idle", IsLoading: not true } && State.IsUpdating && !WantsSnapshot;
        if (same && !over && (_repeated || node.Values.Status != "transferring"))
        {
            return;
        }

        _repeated = same;
        _upload = node.Values;
        seen.Add(At(node.Node) with { Upload = node.Values });
    }

    private void Device(List<ReinitObservation> seen)
    {
        DeviceValues now = UpdateFiles.ReadDevice(_files, State.Device);
        if (now != State.Device)
        {
            seen.Add(At(UpdateFiles.Device) with { Device = now });
        }
    }

    private void Progress(List<ReinitObservation> seen)
    {
        if (_files.Origin != Origin.Demo || _files.Read(EmulatedTree.Progress) is not { Error: null } access)
        {
            return;
        }

        string[] lines = access.Text.Split('\n');
        for (; _progress < lines.Length - 1; _progress++)
        {
            if (lines[_progress].Length <= MaxProgress && EmulatedTree.Parse(lines[_progress]) is { } progress)
            {
                seen.Add(At(EmulatedTree.Progress) with { Provenance = Provenance.Emulated, Progress = progress });
            }
        }
    }

    private ReinitObservation At(string source) => new(_time.GetUtcNow(), _files.Provenance, source);
}
