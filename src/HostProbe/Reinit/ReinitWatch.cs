using System.Text;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Watches a module's initialisation and updates through what the kernel shows, and says only what is new. While nothing goes on
/// it looks once a second at four small files; while an update runs, every <see cref="Fast"/>.</summary>
internal sealed class ReinitWatch : IDisposable
{
    /// <summary>Between two looks while nothing goes on.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks while an update runs and something was seen of it in the last <see cref="GivesUp"/>. The firmware-upload class does
    /// not notify its readers.</summary>
    public static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(25);

    /// <summary>How long a module that could be asked is waited for to answer in full before its version alone verifies an update.</summary>
    public static readonly TimeSpan Eager = TimeSpan.FromSeconds(10);

    /// <summary>Between two sweeps at first.</summary>
    public static readonly TimeSpan SweepSoon = TimeSpan.FromSeconds(2);

    /// <summary>Between two sweeps of a module that has not answered for <see cref="Eager"/>.</summary>
    public static readonly TimeSpan SweepLater = TimeSpan.FromSeconds(10);

    /// <summary>After this long without an answer, or without a node that tells how the update goes on, the update has failed.</summary>
    public static readonly TimeSpan GivesUp = TimeSpan.FromSeconds(60);

    private const int MaxProgress = 4_096;

    private readonly HostFiles _files;
    private readonly TimeProvider _time;
    private readonly KernelLogWatch _log;
    private readonly Lock _gate = new();
    private readonly List<ReinitObservation> _snapshots = [];
    private UploadValues? _upload;
    private bool _repeated;
    // Lines are only ever added: how many bytes of them were read.
    private int _progress;
    private long _passage;
    private long _movedAt;
    private long _seenAt;
    private long? _nodeGoneAt;
    private string _problem = "";
    private string _ahead = "";
    private bool _isDown;

    /// <summary>Opens the kernel log; nothing is read yet.</summary>
    /// <param name="files">The host.</param>
    /// <param name="mark">The number of the last record of the kernel log that was looked at in this boot; null for none.</param>
    /// <param name="time">The clock.</param>
    public ReinitWatch(HostFiles files, ulong? mark, TimeProvider time)
    {
        _files = files;
        _time = time;
        _log = new KernelLogWatch(files, mark, time);
        _movedAt = _seenAt = time.GetTimestamp();
        _progress = files.Origin == Origin.Demo && files.Read(EmulatedTree.Progress) is { Error: null } known ? known.Content.AsSpan().LastIndexOf((byte)'\n') + 1 : 0;
    }

    /// <summary>What follows from all that was seen.</summary>
    public ReinitState State { get; private set; } = ReinitState.Empty;

    /// <summary>The number of the last record of the kernel log that was looked at.</summary>
    public ulong? Mark => _log.Mark;

    /// <summary>Whether the module has to be read again now.</summary>
    public bool WantsSnapshot => State.Update is { Outcome: RunOutcome.Running, Current.Stage: ReinitStage.Rereading };

    /// <summary>Whether an update that an earlier run of this probe saw, and that is over by now, waits for a reading: nobody remembers it here, so after
    /// its start the probe tells the module once more than its first look did.</summary>
    public bool IsUnconfirmed { get; private set; }

    /// <summary>The time to the next look.</summary>
    public TimeSpan Pace => _time.GetElapsedTime(_seenAt) < GivesUp
        && (State.IsUpdating || _upload is { Status: not "idle" } or { IsLoading: true } || State.Boot is { Outcome: RunOutcome.Running, IsEmulated: true }) ? Fast : Slow;

    /// <summary>The time between two sweeps of a module that has to be read again.</summary>
    public TimeSpan SweepPace => _time.GetElapsedTime(_movedAt) < Eager ? SweepSoon : SweepLater;

    /// <summary>Looks once.</summary>
    /// <returns>What is new, in order; empty where nothing is.</returns>
    public IReadOnlyList<ReinitObservation> Look()
    {
        lock (_gate)
        {
            var seen = new List<ReinitObservation>();
            // What was read before this look tells of the module before whatever this look finds. At the first look nothing was found yet, and
            // the boot comes before what was read of its module.
            bool first = ReferenceEquals(State, ReinitState.Empty);
            if (!first)
            {
                TakeSnapshots(seen);
            }

            // What ends a step is logged after its last progress was shown.
            Progress(seen);
            _log.Read(seen);
            Device(seen);
            if (first)
            {
                TakeSnapshots(seen);
            }

            Node(seen);
            Follow(seen, 0);
            IsUnconfirmed = (IsUnconfirmed || (first && State.Upload is not null)) && !State.IsUpdating;
            if (Endless() is { } end)
            {
                IsUnconfirmed = false;
                seen.Add(end);
                Follow(seen, seen.Count - 1);
            }

            return seen;
        }
    }

    /// <summary>Where the life of the module is as a snapshot is begun; <see cref="Read"/> has to be told.</summary>
    public long Begin()
    {
        lock (_gate)
        {
            return _passage;
        }
    }

    /// <summary>Takes what a snapshot tells of the module, where it is news or an update waits for it. A snapshot across which the life of the
    /// module went on may tell of the module before, and is not taken: only one that was begun after re-reading had begun verifies an update.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="begun">What <see cref="Begin"/> said before the snapshot was begun.</param>
    /// <returns>Whether it is told with the next look.</returns>
    public bool Read(Snapshot snapshot, long begun)
    {
        lock (_gate)
        {
            var identity = ModuleFingerprint.From(snapshot);
            if (begun != _passage || (State.IsUpdating && !WantsSnapshot) || snapshot.Module.TakenAcrossUpdate || IsAhead(identity))
            {
                return false;
            }

            if (WantsSnapshot)
            {
                _isDown = MetadataSweep.SaysThatItIsDown(snapshot.Module.Metadata);
                if (identity is null || (identity.Features.Length == 0 && OughtToAnswer(snapshot)))
                {
                    return Retell(snapshot);
                }
            }
            else if (identity is null || (!IsUnconfirmed && (identity == State.Identity || (identity.Features.Length == 0 && identity.Version == State.Identity?.Version))))
            {
                return false;
            }

            IsUnconfirmed = false;
            _snapshots.Add(OfSnapshot(snapshot) with { Sweep = new SweepResult(identity, "") });
            return true;
        }
    }

    // Each problem is told once.
    private bool Retell(Snapshot snapshot)
    {
        string problem = ProblemOf(snapshot);
        if (problem == _problem)
        {
            return false;
        }

        _problem = problem;
        _snapshots.Add(OfSnapshot(snapshot) with { Sweep = new SweepResult(null, problem) });
        return true;
    }

    private static string ProblemOf(Snapshot snapshot) => snapshot.Module.Metadata is { IsKnown: false, Reason: { Length: > 0 } reason } ? reason
        : snapshot.Module.Transport.Reason is { Length: > 0 } why ? why : "The module did not tell its version.";

    private ReinitObservation OfSnapshot(Snapshot snapshot)
    {
        Reading<IReadOnlyList<MetadataValue>> read = snapshot.Module.Metadata;
        return new ReinitObservation(_time.GetUtcNow(), read.IsKnown ? read.Provenance : _files.Provenance, read.IsKnown ? read.Source : UpdateFiles.Device + "/version");
    }

    // A module that can be asked, and was, answers in full within some seconds; until then its version alone proves little.
    private bool OughtToAnswer(Snapshot snapshot) =>
        (snapshot.Module.Transport.IsKnown || State.Update?.Before is { Features.Length: > 0 }) && _time.GetElapsedTime(_movedAt) < Eager;

    // An answer with another version than the kernel told last is of a module of which an update is about to be seen, or of the one before. Where
    // the next one is the same, the two differ for good.
    private bool IsAhead(ModuleFingerprint? identity)
    {
        if (identity is null || State.Device.Presence != ModulePresence.Present || !ModuleVersion.TryParse(State.Device.Version, out ModuleVersion told)
            || !ModuleVersion.TryParse(identity.Version, out ModuleVersion read) || told == read || identity.Version == _ahead)
        {
            return false;
        }

        _ahead = identity.Version;
        return true;
    }

    private void TakeSnapshots(List<ReinitObservation> seen)
    {
        seen.AddRange(_snapshots);
        _snapshots.Clear();
    }

    private void Follow(List<ReinitObservation> seen, int from)
    {
        (DateTimeOffset?, RunOutcome?, ReinitStage?) before = Passage();
        for (int i = from; i < seen.Count; i++)
        {
            seen[i] = seen[i].Bounded();
            State = State.Apply(seen[i]);
        }

        _seenAt = from < seen.Count ? _time.GetTimestamp() : _seenAt;
        if (before != Passage())
        {
            (_passage, _movedAt, _problem, _ahead, _isDown) = (_passage + 1, _seenAt, "", "", false);
        }
    }

    private (DateTimeOffset?, RunOutcome?, ReinitStage?) Passage() => (State.Update?.Start, State.Update?.Outcome, State.Update?.Current?.Stage);

    // An update of which nothing more is seen has to end.
    private ReinitObservation? Endless()
    {
        bool gone = _nodeGoneAt is { } since && _time.GetElapsedTime(since) >= GivesUp;
        bool ends = State.IsUpdating ? WantsSnapshot || gone : IsUnconfirmed;
        return !ends || _time.GetElapsedTime(_movedAt) < GivesUp ? null : At(UpdateFiles.Device) with
        {
            Sweep = new SweepResult(null, State.IsUpdating && !WantsSnapshot ? "The kernel no longer shows the firmware-upload node." : _problem, _isDown ? SweepEnd.Lost : SweepEnd.NoAnswer),
        };
    }

    /// <summary>Closes the kernel log.</summary>
    public void Dispose() => _log.Dispose();

    private void Node(List<ReinitObservation> seen)
    {
        if (UpdateFiles.ReadNode(_files) is not { } node)
        {
            _nodeGoneAt ??= _time.GetTimestamp();
            return;
        }

        _nodeGoneAt = null;

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
        if (_files.Origin != Origin.Demo || _files.Read(EmulatedTree.Progress) is not { Error: null, Content: { } content } || content.Length <= _progress)
        {
            return;
        }

        ReadOnlySpan<byte> added = content.AsSpan(_progress);
        added = added[..(added.LastIndexOf((byte)'\n') + 1)];
        _progress += added.Length;
        foreach (string line in Encoding.UTF8.GetString(added).Split('\n'))
        {
            if (line.Length <= MaxProgress && EmulatedTree.Parse(line) is { } progress)
            {
                seen.Add(At(EmulatedTree.Progress) with { Provenance = Provenance.Emulated, Progress = progress });
            }
        }
    }

    private ReinitObservation At(string source) => new(_time.GetUtcNow(), _files.Provenance, source);
}
