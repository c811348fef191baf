using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace TdxDash.EndToEnd.Processes;

/// <summary>A process with its output collected, which can be stopped as a service manager would or killed as a crash would.</summary>
internal sealed partial class RunningProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private const int ShownLines = 25;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Seen)> _awaited = [];

    // Its two outputs and itself: its last lines may come after it has ended, or before that is known.
    private int _open = 3;

    private RunningProcess(Process process) => _process = process;

    /// <summary>The end of what it printed.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines.TakeLast(ShownLines));
            }
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>The memory that it has at hand (RSS), in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The most that it ever had at hand, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public static RunningProcess Start(params string[] commandLine)
    {
        var start = new ProcessStartInfo(commandLine[0], commandLine[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        var running = new RunningProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        running._process.OutputDataReceived += (_, line) => running.Take(line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Take(line.Data);
        running._process.Exited += (_, _) => running.End();
        running._process.Start();
        running._process.StandardInput.Close();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>The first line, past or coming, that the pattern matches.</summary>
    public Task<Match> LineAsync(Regex pattern) => LineAsync(pattern, Patience);

    /// <summary>The same for what takes longer.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="patience">How long is waited.</param>
    /// <exception cref="TimeoutException">It did not come within that; the message has what was printed.</exception>
    public async Task<Match> LineAsync(Regex pattern, TimeSpan patience)
    {
        var seen = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.Select(line => pattern.Match(line)).FirstOrDefault(match => match.Success) is { } past)
            {
                return past;
            }

            _awaited.Add((pattern, seen));
        }

        if (Volatile.Read(ref _open) == 0)
        {
            GiveUp();
        }

        try
        {
            return await seen.Task.WaitAsync(patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} did not print '{pattern}' within {patience.TotalSeconds} s. It printed:\n{Output}");
        }
    }

    /// <summary>Waits until it ends by itself.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> EndAsync() => EndAsync(Patience);

    /// <summary>The same for what takes longer.</summary>
    /// <param name="patience">How long is waited.</param>
    /// <exception cref="TimeoutException">It did not end within that; the message has what it printed.</exception>
    public async Task<int> EndAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Name} did not end within {patience.TotalSeconds} s. It printed:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it as a crash or a lost power supply would: without a word.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public void AskToStop() => Assert.True(Kill(_process.Id, SignalTerminate) == 0, $"{Name} has ended by itself. It printed:\n{Output}");

    /// <summary>The same, and waits for it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            AskToStop();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }

        _process.Dispose();
    }

    private string Name => string.Join(' ', [_process.StartInfo.FileName, .. _process.StartInfo.ArgumentList.Take(2)]);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    private void Take(string? line)
    {
        if (line is null)
        {
            End();
            return;
        }

        lock (_gate)
        {
            _lines.Add(line);
            foreach ((Regex pattern, TaskCompletionSource<Match> seen) in _awaited)
            {
                if (pattern.Match(line) is { Success: true } match)
                {
                    seen.TrySetResult(match);
                }
            }
        }
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            GiveUp();
        }
    }

    private void GiveUp()
    {
        lock (_gate)
        {
            foreach ((Regex pattern, TaskCompletionSource<Match> seen) in _awaited)
            {
                seen.TrySetException(new InvalidOperationException($"{Name} ended before it printed '{pattern}'. It printed:\n{Output}"));
            }
        }
    }
}
