using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TdxDash.Fuzz.Engine;

/// <summary>Feeds one target: every finding of the past, every seed, then mutated inputs until the time is up.</summary>
internal sealed partial class FuzzLoop(FuzzTarget target, int seed, TimeSpan budget)
{
    // A parser takes microseconds to milliseconds; a machine that is busy with something else may take much longer.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(30);
    private const int MaxCorpus = 512;

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private readonly List<byte[]> _corpus = [];
    private volatile byte[] _current = [];
    private long _started;
    private long _executions;

    /// <summary>What was done, for the test's output.</summary>
    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{target.Name}: {_executions} inputs in {_clock.Elapsed.TotalSeconds:0.0} s, {_executions / _clock.Elapsed.TotalSeconds:0} a second, {_outcomes.Count} outcomes, seed {seed}");

    /// <summary>Runs it; a broken promise ends it with a message that names the input's file.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        Task work = Task.Factory.StartNew(() => Work(cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(1), cancellation)) != work)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_clock.Elapsed - TimeSpan.FromTicks(Interlocked.Read(ref _started)) > Hung)
            {
                throw Failure(_current, $"it has not come back for {Hung.TotalSeconds} s", null);
            }
        }

        await work;
    }

    private void Work(CancellationToken cancellation)
    {
        foreach (string finding in Findings.Of(target))
        {
            Try(File.ReadAllBytes(finding));
        }

        foreach (byte[] input in target.Seeds())
        {
            _corpus.Add(input);
            Try(input);
        }

        var random = new Random(seed);
        var mutator = new Mutator(random, target.MaxLength);
        for (TimeSpan end = _clock.Elapsed + budget; _clock.Elapsed < end && !cancellation.IsCancellationRequested;)
        {
            byte[] input = target.Repair(mutator.Next(_corpus), random);
            // No coverage is measured; an outcome that was not seen before is the next best reason to go on from an input.
            if (Try(input) && _corpus.Count < MaxCorpus)
            {
                _corpus.Add(input);
            }
        }
    }

    /// <returns>Whether the outcome is new.</returns>
    private bool Try(byte[] input)
    {
        (TimeSpan elapsed, string outcome) = Once(input);
        // What is slow by nature is slow each time.
        for (int again = 0; again < 2 && elapsed > Slow; again++)
        {
            elapsed = Once(input).Elapsed;
        }

        return elapsed <= Slow ? _outcomes.Add(Shape().Replace(outcome, "#")) : throw Failure(input, $"it takes {elapsed.TotalSeconds:0.0} s", null);
    }

    private (TimeSpan Elapsed, string Outcome) Once(byte[] input)
    {
        _current = input;
        TimeSpan start = _clock.Elapsed;
        Interlocked.Exchange(ref _started, start.Ticks);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string outcome = Checked(input);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _executions++;
        return allocated <= target.MaxAllocation(input.Length)
            ? (_clock.Elapsed - start, outcome)
            : throw Failure(input, $"it makes the parser allocate {allocated} bytes", null);
    }

    // Whatever comes out of a parser is the finding.
#pragma warning disable CA1031
    private string Checked(byte[] input)
    {
        try
        {
            return target.Check(input);
        }
        catch (Exception e)
        {
            throw Failure(input, $"{e.GetType().Name}: {e.Message}", e);
        }
    }
#pragma warning restore CA1031

    private InvalidOperationException Failure(byte[] input, string why, Exception? cause) => new(
        $"{target.Name} broke a promise on an input of {input.Length} bytes: {why}. The input is kept in {Findings.Keep(target, input)}: mend the parser and commit the file, so that it is tried from now on. Seed {seed}.", cause);

    [GeneratedRegex("'[^']*'|(0x)?[0-9a-fA-F]*[0-9][0-9a-fA-F]*")]
    private static partial Regex Shape();
}
