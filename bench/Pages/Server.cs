using System.Diagnostics;
using System.Globalization;

namespace TdxDash.Pages;

/// <summary>The published dashboard as a process.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly Process _process;
    private TaskCompletionSource<long> _heap = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Server(Process process, Uri address, TimeSpan toReady) => (_process, Address, ToReady) = (process, address, toReady);

    public Uri Address { get; }

    /// <summary>From the start of the process until GET /healthz answered 200.</summary>
    public TimeSpan ToReady { get; }

    /// <summary>Processor time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory in bytes.</summary>
    public long Resident
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<Server> StartAsync(Arguments arguments)
    {
        var address = new Uri($"http://127.0.0.1:{arguments.Port}/");
        var start = new ProcessStartInfo("dotnet", [arguments.Web, "--urls", address.GetLeftPart(UriPartial.Authority), $"--TdxDash:DataFolder={arguments.Data}",
            "--Logging:LogLevel:TdxDash.Web.Ingest.ProbeHub=Warning"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(Server).Assembly.Location;
        long began = Stopwatch.GetTimestamp();
        Process process = Process.Start(start)!;
        using var client = new HttpClient { BaseAddress = address };
        while (!await IsReadyAsync(client))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"The dashboard ended with exit code {process.ExitCode} before it was ready: {await process.StandardOutput.ReadToEndAsync()}");
            }

            await Task.Delay(10);
        }

        var server = new Server(process, address, Stopwatch.GetElapsedTime(began));
        process.OutputDataReceived += (_, line) => server.Take(line.Data);
        process.BeginOutputReadLine();
        return server;
    }

    /// <summary>What is left of the managed heap after a collection, in bytes.</summary>
    public async Task<long> HeapAsync()
    {
        _heap = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _process.StandardInput.WriteLineAsync("collect");
        await _process.StandardInput.FlushAsync();
        return await _heap.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null && line.StartsWith(StartupHook.Answer, StringComparison.Ordinal))
        {
            _heap.TrySetResult(long.Parse(line.AsSpan(StartupHook.Answer.Length), CultureInfo.InvariantCulture));
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync("/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }
}
