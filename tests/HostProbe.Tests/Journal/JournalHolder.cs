using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using TdxDash.HostProbe.Journal;

namespace TdxDash.HostProbe.Tests.Journal;

/// <summary>A second process that appends to a journal and then holds it: this test program, started again with a folder in its environment.</summary>
internal static class JournalHolder
{
    public const string Body = "held";
    private const string Variable = "TDXDASH_TEST_HOLD_JOURNAL";

    /// <summary>Starts the process and waits until it holds the journal.</summary>
    public static async Task<Process> StartAsync(string folder)
    {
        var start = new ProcessStartInfo(System.IO.Path.Combine(AppContext.BaseDirectory, "HostProbe.Tests"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Variable] = folder;
        Process process = Process.Start(start)!;
        string? line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask()
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal("holding", line);
        return process;
    }

    [ModuleInitializer]
    internal static void HoldWhenAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not string folder)
        {
            return;
        }

        using JournalFile journal = JournalFile.Open(folder);
        new JournalEntries(journal).Append(Guid.Empty.ToString(), DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(Body));
        Console.WriteLine("holding");
        Console.In.ReadToEnd();
        Environment.Exit(0);
    }
}
