using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Tests.Components;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Support;

/// <summary>The real store and everything that reads its history, without the web around it; a clock that a test sets.</summary>
internal sealed class HistoryStore : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();
    private readonly TestStore _database;

    public HistoryStore(Func<Snapshot, HostSummary>? summarise = null)
    {
        MakeDigest = SmallDigest.By(summarise ?? SmallSnapshot.Summarise);
        _database = TestStore.Make();
        Engine = _database.Engine(_folder.Path);
        Writer = new StoreWriter(Engine, new DashboardOptions
        {
            DataFolder = _folder.Path,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = StoreOptions.MaxQueueLength, QueueBytes = 1 << 30 },
        }, NullLogger<StoreWriter>.Instance);
        Writer.Start();
        var bodies = new SnapshotReader(Engine);
        Digests = new DigestSource(bodies, new TextTable(Engine), MakeDigest);
        Fleet = new FleetView(bodies, Digests, MakeDigest, Time, NullLogger<FleetView>.Instance);
        Feed = new HistoryFeed(NullLogger<HistoryFeed>.Instance);
        Hosts = new HostHistory(Engine, new HistoryReader(Engine), Digests, Fleet, Time);
        Past = new FleetHistory(new FleetPastReader(Engine), Digests, Fleet, Time);
        Notes = new Annotations(Engine, Writer, Feed, Time);
        Keeper = new HistoryKeeper(new ComparisonReader(Engine), Writer, bodies, Digests, Fleet, Feed, JobTurn.Alone(), Time, NullLogger<HistoryKeeper>.Instance);
    }

    public FakeTimeProvider Time { get; } = new(Start);

    public MakeDigest MakeDigest { get; }

    /// <summary>The database on whichever engine the test's class asks for.</summary>
    public StoreEngine Engine { get; }

    /// <summary>The SQLite file, for tests of what only that has.</summary>
    public StorePath Path => (StorePath)Engine;

    public StoreWriter Writer { get; }

    public DigestSource Digests { get; }

    public FleetView Fleet { get; }

    public HistoryFeed Feed { get; }

    public IHostHistory Hosts { get; }

    public IFleetHistory Past { get; }

    public IAnnotations Notes { get; }

    public HistoryKeeper Keeper { get; }

    /// <summary>Queues a snapshot as the intake would.</summary>
    /// <param name="host">The host's number, which makes its identity and name.</param>
    /// <param name="sequence">The probe's number for it.</param>
    /// <param name="received">When it was received.</param>
    /// <param name="snapshot">The snapshot; null for the smallest one, told apart by its sequence.</param>
    /// <param name="boot">The boot's number.</param>
    /// <param name="withDigest">Whether the digest is at hand, as it is unless an older version stored it.</param>
    public Task<StoreOutcome> InsertAsync(int host, long sequence, DateTimeOffset received, Snapshot? snapshot = null, int boot = 1, bool withDigest = true)
    {
        snapshot ??= SmallSnapshot.Make($"6.16.{sequence}", $"host-{host}");
        byte[] canonical = SnapshotCodec.Write(snapshot);
        var row = new SnapshotRow
        {
            HostId = HostId(host),
            HostName = $"host-{host}",
            Origin = snapshot.Origin,
            ProbeVersion = "0.1.0",
            BootId = BootId(boot),
            Sequence = sequence,
            Hash = SnapshotHash.Of(canonical),
            Schema = 1,
            RawBytes = canonical.Length,
            Body = BodyCodec.Compress(canonical),
            TakenAt = UnixTime.ToMicroseconds(received) - 1_000,
            ReceivedAt = UnixTime.ToMicroseconds(received),
            Digest = withDigest ? MakeDigest(snapshot) : null,
        };
        HostSummary summary = MakeDigest(snapshot).Summary;
        var work = new SnapshotWork(row, revision => Fleet.Apply(sequence, new HostEntry
        {
            HostId = row.HostId,
            Revision = revision,
            Summary = summary,
            Hash = row.Hash,
            TakenAt = UnixTime.FromMicroseconds(row.TakenAt),
            LastSeen = received,
            ProbeVersion = "0.1.0",
        }));
        Assert.Null(Writer.TryEnqueue(work));
        return work.Done.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Stores observations as the intake would.</summary>
    /// <param name="host">The host's number.</param>
    /// <param name="boot">The boot's number.</param>
    /// <param name="sequence">The probe's number for the first of them.</param>
    /// <param name="count">How many.</param>
    /// <param name="received">When they were received.</param>
    public Task<StoreOutcome> ObserveAsync(int host, int boot, long sequence, int count, DateTimeOffset received)
    {
        var sender = new EventSender(HostId(host), $"host-{host}", Origin.Demo, "0.1.0", BootId(boot), UnixTime.ToMicroseconds(received));
        var work = new EventWork(sender, [.. Enumerable.Range(0, count).Select(i => new WireObservation(sequence + i, Updates.Step(received, EmulatedStep.Install, i, count)))], _ => { });
        Assert.Null(Writer.TryEnqueue(work));
        return work.Done.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Compares all that waits.</summary>
    public async Task CompareAllAsync()
    {
        while (await Keeper.WorkOffAsync(TestContext.Current.CancellationToken) > 0)
        {
        }
    }

    public static string HostId(int host) => $"aaaaaaaa-0000-0000-0000-{host:D12}";

    public static string BootId(int boot) => $"bbbbbbbb-0000-0000-0000-{boot:D12}";

    public async ValueTask DisposeAsync()
    {
        Keeper.Dispose();
        Engine.CloseReaders();
        await Writer.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }
}
