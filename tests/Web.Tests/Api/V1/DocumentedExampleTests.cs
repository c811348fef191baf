using System.Diagnostics;
using System.Text.RegularExpressions;
using TdxDash.Testing;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>The examples of docs/api.md are run as they stand there, in their order, against a dashboard with demo hosts.</summary>
public sealed partial class DocumentedExampleTests(ApiSite site) : IClassFixture<ApiSite>
{
    // The status of the last curl is told on its standard error.
    private const string Prelude = "set -euo pipefail\ncurl() { command curl -w '%{stderr}%{http_code}\\n' \"$@\"; }\n";

    [Fact]
    public async Task Examples_InOrder_EndWithTheirStatus()
    {
        (string Status, string Command)[] examples = [.. Example().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "api.md"), TestContext.Current.CancellationToken))
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

        await NextSecondAsync();
        var wrong = new List<string>();
        foreach ((string status, string command) in examples)
        {
            (int code, string told) = await RunAsync(command);
            if (code != 0 || told.TrimEnd().Split('\n')[^1] != status)
            {
                wrong.Add($"{command}\nended with {code} and {told} instead of {status}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(examples.Length > 20, $"Only {examples.Length} examples were found.");
    }

    [Fact]
    public async Task Examples_NameEveryResource()
    {
        string text = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "api.md"), TestContext.Current.CancellationToken)).Replace("$HOST", "{hostId}", StringComparison.Ordinal)
            .Replace("latest", "{snapshot}", StringComparison.Ordinal).Replace("/annotations/1", "/annotations/{id}", StringComparison.Ordinal);

        string[] paths = [.. (await site.GetAsync("/openapi.json"))["paths"]!.AsObject().Select(path => path.Key)];

        Assert.NotEmpty(paths);
        Assert.DoesNotContain(paths, path => !text.Contains($"$TDXDASH_URL{path}", StringComparison.Ordinal));
    }

    // Times in addresses are whole seconds: what was stored in this one is not there yet at its beginning.
    private static async Task NextSecondAsync()
    {
        long present = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (DateTimeOffset.UtcNow.ToUnixTimeSeconds() == present)
        {
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private string? _token;

    private async Task<(int Code, string Told)> RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", Prelude + command]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TDXDASH_URL"] = site.Dashboard.Address.ToString().TrimEnd('/');
        start.Environment["TDXDASH_TOKEN"] = _token ??= await site.Dashboard.TokenAsync();
        start.Environment["HOST"] = ApiSite.Host(0);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string told = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
        await output;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, told);
    }

    [GeneratedRegex(@"^```sh\n# (\d{3})\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
