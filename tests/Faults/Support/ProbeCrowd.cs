namespace TdxDash.Faults.Support;

/// <summary>Simulated probes that run until the crowd is disposed.</summary>
internal sealed class ProbeCrowd : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public ProbeCrowd(IEnumerable<SimulatedProbe> probes)
    {
        Probes = [.. probes];
        foreach (SimulatedProbe probe in Probes)
        {
            probe.Take();
        }

        _running = Task.WhenAll(Probes.Select(probe => Task.Run(() => probe.RunAsync(_stop.Token))));
    }

    public IReadOnlyList<SimulatedProbe> Probes { get; }

    public int PutOff => Probes.Sum(probe => probe.PutsOff);

    public int Hellos => Probes.Sum(probe => probe.Hellos);

    public int Duplicates => Probes.Sum(probe => probe.Duplicates);

    public int EventDuplicates => Probes.Sum(probe => probe.EventDuplicates);

    public string Fault => _running.IsFaulted ? _running.Exception!.ToString() : Probes.Select(probe => probe.Reason).FirstOrDefault(reason => reason.Length > 0) ?? "";

    /// <summary>Takes no more snapshots and waits until each one that was taken is acknowledged.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        foreach (SimulatedProbe probe in Probes)
        {
            probe.Quieten();
        }

        await WithinAsync("every snapshot and event is acknowledged", patience, () => Probes.All(probe => probe.Waiting == 0));
    }

    /// <summary>Waits for what the probes bring about; fails with what one of them met last.</summary>
    public async Task WithinAsync(string condition, TimeSpan patience, Func<bool> check)
    {
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (long began = Environment.TickCount64; !check();)
        {
            Assert.False(_running.IsFaulted, Fault);
            Assert.True(Environment.TickCount64 - began < patience.TotalMilliseconds, $"After {patience.TotalSeconds} s it does not hold that {condition}. The last that a probe met: {Fault}");
            await clock.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
