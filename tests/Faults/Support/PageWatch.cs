using System.Diagnostics;
using System.Globalization;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.Faults.Support;

/// <summary>Another client's view of a fault: it asks for the fleet's page ten times a second. It is a process of its own, curl: in this one an answer would wait behind thousands of probes that
/// the dashboard has nothing to do with.</summary>
internal static class PageWatch
{
    private const int LeastPages = 200;

    /// <summary>How long each answer took.</summary>
    /// <param name="dashboard">Whom it asks.</param>
    /// <param name="stop">Ends it, once there are enough answers for a percentile that is not the first page alone.</param>
    /// <param name="least">How many are enough.</param>
    public static async Task<PageTimes> RunAsync(Uri dashboard, CancellationToken stop, int least = LeastPages)
    {
        using var folder = new TemporaryFolder();
        string asked = Path.Combine(folder.Sub("watch"), "asked");
        await File.WriteAllTextAsync(asked, $$"""
            url = "{{dashboard}}#[1-1000000]"
            header = "Cookie: {{SignedIn.Cookie}}={{await SignedIn.ValueAsync(dashboard)}}"
            output = "/dev/null"
            write-out = "%{stderr}%{http_code} %{time_total}\n"
            rate = "10/s"
            max-time = 60
            silent
            show-error
            """, CancellationToken.None);
        using Process curl = Process.Start(new ProcessStartInfo("curl", ["--disable", "--config", asked]) { RedirectStandardError = true })!;
        try
        {
            return await ReadAsync(curl.StandardError, least, stop);
        }
        finally
        {
            curl.Kill();
        }
    }

    private static async Task<PageTimes> ReadAsync(StreamReader answered, int least, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var answers = new List<(TimeSpan At, TimeSpan Took)>();
        while (answers.Count < least || !stop.IsCancellationRequested)
        {
            string line = await answered.ReadLineAsync(CancellationToken.None) ?? throw new InvalidOperationException("curl (7.84 or newer) ended by itself.");
            Assert.StartsWith("200 ", line, StringComparison.Ordinal);
            var took = TimeSpan.FromSeconds(double.Parse(line[4..], CultureInfo.InvariantCulture));
            answers.Add((clock.Elapsed - took, took));
        }

        return new PageTimes(answers);
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
