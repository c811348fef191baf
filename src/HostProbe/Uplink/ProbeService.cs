using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Reinit;
using TdxDash.HostProbe.Service;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>How the service runs.</summary>
public sealed record ProbeServiceOptions
{
    /// <summary>The address where nothing else is known: a dashboard on this machine.</summary>
    public static Uri Usual { get; } = new("http://127.0.0.1:8080");

    /// <summary>The dashboard's address, for example <c>https://dashboard.example:8443</c>; null for that of the enrolment.</summary>
    public required Uri? Dashboard { get; init; }

    /// <summary>A file of certificates in PEM that the dashboard's one must come from; null for what the enrolment names, or else the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The folder of the identity that the dashboard knows; null for the state folder. Demo machines of one process share one.</summary>
    public string? IdentityFolder { get; init; }

    /// <summary>The folder that holds the journal; made when absent.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Time between two snapshots.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>A fixed host id for demo machines, whose boot is then the journal: a new state folder is a new boot. Null takes the host id in
    /// the journal, or makes it, and the boot id of the source.</summary>
    public string? HostId { get; init; }

    /// <summary>Set it when the host may have changed: a snapshot is taken at once. Null for the interval alone.</summary>
    public WakeSignal? Wake { get; init; }

    /// <summary>The host's files, through which initialisation and updates of its TDX module are watched; null watches nothing.</summary>
    public HostFiles? Watched { get; init; }

    /// <summary>The clock by which the module is watched; null for that of the service.</summary>
    public TimeProvider? WatchClock { get; init; }

    /// <summary>Re-initialises the emulated module of a demo machine when the dashboard asks; null refuses.</summary>
    public Func<ReinitRequest, ReinitReply>? Perform { get; init; }

    /// <summary>Taken for each snapshot: many demo machines of one process have few processors, and what is watched comes first. Null where the host is alone.</summary>
    public SemaphoreSlim? SnapshotTurn { get; init; }
}

/// <summary>The service on a host: takes snapshots, journals them, and delivers what the dashboard has not acknowledged yet.</summary>
public static class ProbeService
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(7);

    /// <summary>Runs until cancelled, and then returns; a delivery on its way may take two seconds more.</summary>
    /// <exception cref="ArgumentException">An option is not usable; the message names it.</exception>
    /// <exception cref="IOException">The journal cannot be opened; the message names the file and the remedy.</exception>
    public static Task RunAsync(ISnapshotSource source, ProbeServiceOptions options, TimeProvider time, TextWriter log, CancellationToken cancellation) =>
        RunAsync(source, options, new UplinkTiming(), time, log, cancellation);

    internal static async Task RunAsync(
        ISnapshotSource source, ProbeServiceOptions options, UplinkTiming timing, TimeProvider time, TextWriter log, CancellationToken cancellation)
    {
        Check(options);
        options = options with { Wake = options.Wake ?? new WakeSignal() };
        using JournalFile journal = JournalFile.Open(options.StateFolder);
        var credentials = new Credentials(options.IdentityFolder ?? options.StateFolder, options.HostId is null ? ProbeScope.Host : ProbeScope.Demo,
            options.HostId is null ? journal.HostId : "", options.Dashboard, options.CaFile);
        var context = new UplinkContext(new JournalEntries(journal), Identify(source, options, journal), credentials, timing, time, new ProbeLog(log, time), new WakeSignal(), new JournalEvents(journal))
        {
            Thinning = new JournalThinning(journal),
            Perform = options.Perform,
        };
        context.Log.Write($"Journal {journal.Path} is open; {context.Journal.CountPending()} snapshots wait for the dashboard.");
        if (HostIdFile.Note(options.StateFolder, journal.HostId) is { } unnoted)
        {
            context.Log.Write(unnoted);
        }

        // The first snapshot comes before the first hello, which carries the host's name.
        using ReinitWatch? watch = options.Watched is null ? null : new ReinitWatch(options.Watched, context.Events.Mark(context.Identity.BootId), time);
        var snapshots = new SnapshotLoop(source, options, context) { Watch = watch };
        await snapshots.TakeAsync(cancellation);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task> loops = [snapshots.RunAsync(stop.Token), new UplinkLoop(context).RunAsync(stop.Token)];
        // A demo machine is one of many in its process.
        if (options.HostId is null)
        {
            loops.Add(new PulseLoop(context, options.StateFolder, () => snapshots.Taking, ServiceNotifier.OfProcess()).RunAsync(stop.Token));
        }

        if (watch is not null)
        {
            loops.Add(new ReinitLoop(watch, context.Events, context, options.Wake, options.WatchClock ?? time).RunAsync(stop.Token));
        }

        await Task.WhenAny(loops);
        // No loop ends by itself: either the service was cancelled, or one has failed and takes the others along.
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        context.Log.Write("The probe has stopped.");
    }

    // A made-up machine never boots, and its sequences begin again with each new journal. The id that was made with the journal is free
    // for its boot, since the host id is fixed.
    private static HostIdentity Identify(ISnapshotSource source, ProbeServiceOptions options, JournalFile journal) => options.HostId is string fixedId
        ? new HostIdentity(source, fixedId, journal.HostId)
        : new HostIdentity(source, journal.HostId, source.BootId);

    private static void Check(ProbeServiceOptions options)
    {
        if (options.Dashboard is { } address && DashboardLink.Refusal(address) is { } refusal)
        {
            throw new ArgumentException($"The dashboard's address {address} {refusal}", nameof(options));
        }

        if (options.Interval <= TimeSpan.Zero || options.Interval > MaxInterval)
        {
            throw new ArgumentException($"The interval is {options.Interval}; give one above zero and up to {MaxInterval.TotalDays} days.", nameof(options));
        }

        if (options.HostId is string id && !Guid.TryParseExact(id, "D", out _))
        {
            throw new ArgumentException($"The host id is {id}; give a GUID in its 36-character form.", nameof(options));
        }
    }
}
