using System.Diagnostics;
using System.Globalization;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.Faults.Support;

/// <summary>Another client's view of a fault: it asks for the fleet's page ten times a second.</summary>
internal static class PageWatch
{
    private const int LeastPages = 200;

    /// <summary>How long each answer took, the shortest first.</summary>
    /// <param name="dashboard">Whom it asks.</param>
    /// <param name="stop">Ends it, once there are enough answers for a percentile that is not the first page alone.</param>
    /// <param name="least">How many are enough.</param>
    public static async Task<PageTimes> RunAsync(Uri dashboard, CancellationToken stop, int least = LeastPages)
    {
        using HttpClient client = await SignedIn.ClientAsync(dashboard);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var answers = new List<(TimeSpan At, TimeSpan Took)>();
        long start = Stopwatch.GetTimestamp();
        do
        {
            long began = Stopwatch.GetTimestamp();
            await client.GetStringAsync("/", CancellationToken.None);
            answers.Add((Stopwatch.GetElapsedTime(start, began), Stopwatch.GetElapsedTime(began)));
        }
        while (await NextAsync(tick, answers.Count < least ? CancellationToken.None : stop));
        return new PageTimes(answers);
    }

    private static async Task<bool> NextAsync(PeriodicTimer tick, CancellationToken stop)
    {
        try
        {
            return await tick.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>How long pages took.</summary>
/// <param name="answers">When each was asked for, since the first was, and how long it took.</param>
internal sealed class PageTimes(IReadOnlyList<(TimeSpan At, TimeSpan Took)> answers)
{
    private readonly TimeSpan[] _answers = [.. answers.Select(answer => answer.Took).Order()];

    public int Count => _answers.Length;

    public TimeSpan P99 => _answers[Math.Min(Count - 1, Count * 99 / 100)];

    /// <summary>When the slowest ones were asked for and how long each took, <c>0.0 s: 1200 ms</c>.</summary>
    public string Slowest => string.Join(", ", answers.OrderByDescending(answer => answer.Took).Take(3).Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.At.TotalSeconds:F1} s: {answer.Took.TotalMilliseconds:F0} ms")));
}
