using System.Diagnostics;
using TdxDash.DemoFleet;
using TdxDash.FleetSimulator.Probes;
using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.FleetSimulator;

/// <summary>One run: hosts are made, connect, live for a while, and end when all is acknowledged.</summary>
/// <param name="settings">What is simulated.</param>
/// <param name="progress">Told how it goes.</param>
internal sealed class SimulatorRun(SimulatorSettings settings, TextWriter progress)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50), Told = TimeSpan.FromSeconds(5);

    // A dashboard that is asked for less often than that drops nobody, as every connection also says by itself that it is there.
    private static readonly TimeSpan ShortestSilence = ProbeContract.HeartbeatInterval * 4;

    /// <summary>What is told when every host is connected and nothing waits any more: before the connections are closed, which takes thousands of them a while.</summary>
    private const string AllIsWell = "All hosts are connected, and all is acknowledged.";

    private FleetProbe[] _probes = [];
    private Task _running = Task.CompletedTask;
    private volatile string? _refusal;

    /// <summary>Runs.</summary>
    /// <param name="stop">Ends the run early; what happened until then is reported.</param>
    /// <exception cref="SimulatorException">It cannot go on.</exception>
    public async Task<SimulatorReport> RunAsync(CancellationToken stop)
    {
        ProcessUsage[] processes = [new ProcessUsage("simulator", Environment.ProcessId), .. settings.Pids.Select(pid => new ProcessUsage($"pid {pid}", pid))];
        using var end = new CancellationTokenSource();
        Course course;
        try
        {
            DateTimeOffset started = DateTimeOffset.UtcNow;
            var log = new FleetLog(started);
            FleetGates gates = await FleetGates.OpenAsync(settings, stop);
            IReadOnlyList<UpdateStep> update = settings.UpdateRate > 0 ? await UpdateRecording.MakeAsync(stop) : [];
            Make(gates, log, started);
            Phase connecting = await ConnectAsync(log, processes, end.Token, stop);
            (Phase running, IReadOnlyList<StormReport> storms, Task rates) = await LiveAsync(log, processes, update, stop);
            (Phase ending, int connected) = await EndAsync(log, processes, rates);
            course = new Course(connecting, running, ending, storms, connected);
        }
        finally
        {
            await end.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Array.ForEach(processes, process => process.Dispose());
        }

        // What is counted while one phase gives way to the next is in one of them for certain only when nothing goes on any more.
        return new SimulatorReport(_probes.Length, course.Connected, settings.Heartbeat.TotalSeconds, course.Connecting.Report(), course.Running.Report(), course.Ending.Report(), course.Storms,
            _probes.Sum(probe => probe.Waiting));
    }

    // The first snapshot of each host, and those that are asked for, are made before anything is measured.
    private void Make(FleetGates gates, FleetLog log, DateTimeOffset started)
    {
        var shapes = new DemoShapes();
        var timing = new UplinkTiming { Heartbeat = settings.Heartbeat, Silence = settings.Heartbeat * 2 > ShortestSilence ? settings.Heartbeat * 2 : ShortestSilence };
        int ahead = 1 + ((settings.Prepared + settings.Hosts - 1) / settings.Hosts);
        _probes = [.. Enumerable.Range(settings.First, settings.Hosts).AsParallel().AsOrdered().Select(number =>
        {
            var host = new DemoHost(number);
            var probe = new FleetProbe(host, new HostStory(host, shapes, started), gates, log) { Timing = timing, HasNews = settings.HasNews };
            probe.Prepare(ahead);
            return probe;
        })];
        progress.WriteLine($"{_probes.Length} hosts are made.");
    }

    private async Task<Phase> ConnectAsync(FleetLog log, ProcessUsage[] processes, CancellationToken end, CancellationToken stop)
    {
        FleetCounts counts = log.Begin();
        var span = new UsageSpan(processes);
        _running = Task.WhenAll(_probes.Select((probe, i) => Task.Run(() => StartAsync(probe, settings.ConnectRate > 0 ? TimeSpan.FromSeconds(i / settings.ConnectRate) : TimeSpan.Zero, end), CancellationToken.None)));
        await WaitAsync(() => counts.Acknowledged >= _probes.Length, settings.Patience, () => $"{counts.Acknowledged} of {_probes.Length} hosts have their first snapshot acknowledged", stop);
        return new Phase(counts, span.End());
    }

    private async Task StartAsync(FleetProbe probe, TimeSpan after, CancellationToken end)
    {
        await Task.Delay(after, end);
        probe.Take();
        try
        {
            await probe.RunAsync(end);
        }
        catch (RefusedException e)
        {
            _refusal = e.Message;
        }
    }

    private async Task<(Phase Running, IReadOnlyList<StormReport> Storms, Task Rates)> LiveAsync(FleetLog log, ProcessUsage[] processes, IReadOnlyList<UpdateStep> update, CancellationToken stop)
    {
        FleetCounts counts = log.Begin();
        var span = new UsageSpan(processes);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(settings.Duration);
        Task rates = new FleetRates(_probes, settings, update, log).RunAsync(over.Token);
        Task<IReadOnlyList<StormReport>> storming = StormAsync(span, processes, over.Token);
        await WaitAsync(() => over.IsCancellationRequested && storming.IsCompleted, Timeout.InfiniteTimeSpan,
            () => FormattableString.Invariant($"{_probes.Count(probe => probe.IsConnected)} connected, {counts.Acknowledged} snapshots acknowledged in {span.Elapsed.TotalSeconds:F0} s"), CancellationToken.None);
        return (new Phase(counts, span.End()), await storming, rates);
    }

    private async Task<(Phase Ending, int Connected)> EndAsync(FleetLog log, ProcessUsage[] processes, Task rates)
    {
        FleetCounts counts = log.Begin();
        var span = new UsageSpan(processes);
        // Who pressed Ctrl+C wants to know what was acknowledged; a second one ends the process.
        bool ended = await WaitAsync(() => rates.IsCompleted && _probes.All(probe => probe is { IsConnected: true, Waiting: 0 }), settings.Patience,
            () => $"{_probes.Sum(probe => probe.Waiting)} acknowledgements and {_probes.Count(probe => !probe.IsConnected)} connections are awaited", CancellationToken.None);
        int connected = _probes.Count(probe => probe.IsConnected);
        if (ended)
        {
            progress.WriteLine(AllIsWell);
            await Task.Delay(settings.Linger, CancellationToken.None);
            await rates;
        }

        return (new Phase(counts, span.End()), connected);
    }

    private async Task<IReadOnlyList<StormReport>> StormAsync(UsageSpan run, ProcessUsage[] processes, CancellationToken over)
    {
        var storms = new List<StormReport>();
        while (settings.StormEvery > TimeSpan.Zero)
        {
            await Task.Delay(settings.StormEvery, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (over.IsCancellationRequested)
            {
                break;
            }

            TimeSpan at = run.Elapsed;
            var span = new UsageSpan(processes);
            // Each notices by itself that it was cut: it is back when it has connected once more.
            (FleetProbe Probe, int Connections)[] awaited = [.. _probes.Select(probe => (probe, probe.Connections + (probe.Cut() ? 1 : 0)))];
            bool back = await WaitAsync(() => awaited.All(one => one.Probe.IsConnected && one.Probe.Connections >= one.Connections), settings.Patience, null, CancellationToken.None);
            storms.Add(new StormReport(Math.Round(at.TotalSeconds, 1), awaited.Length, back ? Math.Round(span.Elapsed.TotalSeconds, 2) : null, span.Read()));
        }

        return storms;
    }

    /// <summary>Waits for what the probes bring about.</summary>
    /// <returns>Whether it came about within the patience.</returns>
    /// <exception cref="SimulatorException">The dashboard refused a probe.</exception>
    private async Task<bool> WaitAsync(Func<bool> holds, TimeSpan patience, Func<string>? told, CancellationToken stop)
    {
        using var clock = new PeriodicTimer(Look);
        long began = Stopwatch.GetTimestamp(), toldAt = began;
        while (!holds())
        {
            if (_refusal is { } refusal)
            {
                throw new SimulatorException(refusal);
            }

            if (patience != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(began) > patience)
            {
                return false;
            }

            if (told is not null && Stopwatch.GetElapsedTime(toldAt) > Told)
            {
                toldAt = Stopwatch.GetTimestamp();
                progress.WriteLine(told());
            }

            await clock.WaitForNextTickAsync(stop);
        }

        return true;
    }

    /// <summary>One phase that is over.</summary>
    /// <param name="Counts">What was counted in it; what began in it may still be.</param>
    /// <param name="Usage">What it took.</param>
    private sealed record Phase(FleetCounts Counts, PhaseUsage Usage)
    {
        public PhaseReport Report() => PhaseReport.From(Counts, Usage);
    }

    /// <summary>All phases of a run.</summary>
    private sealed record Course(Phase Connecting, Phase Running, Phase Ending, IReadOnlyList<StormReport> Storms, int Connected);
}
