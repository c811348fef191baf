using System.Text.RegularExpressions;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Both programs by the documented commands: a token on the dashboard's machine, enrolment beside a probe that runs already, another key while it is connected.</summary>
public sealed partial class EnrolmentTests
{
    [Fact]
    public async Task Probe_EnrolledWhileItRuns_DeliversAndGoesOnWithAnotherKey()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe"), tokenFile = Path.Combine(folder.Sub("token"), "token");
        var machine = new MachineTree(folder.Sub("root"), "enrolled-host", gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        string url = dashboard.Address.GetLeftPart(UriPartial.Authority);
        await using RunningProcess probe = RunningProcess.Start([.. Product.Probe(), "run", "--dashboard", url, "--state", state, "--interval", "1s", "--module", "none", "--root", machine.Root]);
        await probe.LineAsync(NotEnrolled());

        await using (RunningProcess command = RunningProcess.Start([.. Product.Dashboard(), "enroll-token", $"--TdxDash:DataFolder={data}"]))
        {
            await File.WriteAllTextAsync(tokenFile, (await command.LineAsync(Token())).Value, TestContext.Current.CancellationToken);
        }

        Assert.Contains("as host ", await RunAsync("enroll", url, "--token-file", tokenFile, "--state", state), StringComparison.Ordinal);
        await probe.LineAsync(FirstDelivered());
        Assert.Contains("knows this probe already", await RunAsync("enroll", url, "--token-file", tokenFile, "--state", state), StringComparison.Ordinal);

        Assert.Contains("has taken the place of", await RunAsync("rotate", "--state", state), StringComparison.Ordinal);
        machine.Resize(gibibytes: 5);
        await probe.LineAsync(SecondDelivered());

        Assert.Equal(0, await probe.StopAsync());
        Assert.Equal([1L, 2L], (await dashboard.StoredAsync()).Select(row => row.Sequence));
    }

    private static async Task<string> RunAsync(params string[] args)
    {
        await using RunningProcess command = RunningProcess.Start([.. Product.Probe(), .. args]);
        int code = await command.EndAsync();
        Assert.True(code == 0, $"tdxprobe {args[0]} ended with {code}:\n{command.Output}");
        // The last lines may come after the end.
        await command.LineAsync(AnyLine());
        return command.Output;
    }

    [GeneratedRegex("is not enrolled at a dashboard.*tdxprobe enroll")]
    private static partial Regex NotEnrolled();

    [GeneratedRegex("^tdxe_.*$")]
    private static partial Regex Token();

    [GeneratedRegex("[Ss]napshot 1 is delivered")]
    private static partial Regex FirstDelivered();

    [GeneratedRegex("[Ss]napshot 2 is delivered")]
    private static partial Regex SecondDelivered();

    [GeneratedRegex("[.]$")]
    private static partial Regex AnyLine();
}
