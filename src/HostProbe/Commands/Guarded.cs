using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary>The edge of the process: turns failures that a user can do something about into an error line and an exit code.</summary>
internal static class Guarded
{
    public static int Run(ProbeEnvironment environment, Action action) => Run(environment, () =>
    {
        action();
        return ExitCode.Done;
    });

    /// <summary>As the other, for a command with exit codes of its own.</summary>
    public static int Run(ProbeEnvironment environment, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (CommandException e)
        {
            return Fail(environment, e.ExitCode, e.Message);
        }
    }

    /// <summary>As the other, for a service: being cancelled is how it ends well.</summary>
    public static async Task<int> RunAsync(ProbeEnvironment environment, Func<Task> action)
    {
        try
        {
            await action().ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Done;
        }
        catch (CommandException e)
        {
            return Fail(environment, e.ExitCode, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(environment, ExitCode.Failed, e.Message);
        }
    }

    private static int Fail(ProbeEnvironment environment, int exitCode, string message)
    {
        environment.Error.WriteLine($"tdxprobe: {PlainText.Of(message)}");
        return exitCode;
    }
}
