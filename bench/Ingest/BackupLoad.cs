using System.Diagnostics;

namespace TdxDash.Ingest;

/// <summary>What deliveries take while backups are made one after the other, beside the same without any.</summary>
internal static class BackupLoad
{
    // The first part fills the database and compiles the code; then without and with backups in turn.
    private const int Parts = 7;

    /// <summary>Delivers everything, and prints both and their ratio.</summary>
    /// <param name="web">The dashboard's program.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="crowd">The connections.</param>
    /// <param name="year">The snapshots.</param>
    public static async Task MeasureAsync(string web, string folder, Crowd crowd, IReadOnlyList<Delivery> year)
    {
        Delivery[][] hosts = [.. year.GroupBy(delivery => delivery.Host.Id).Select(group => group.ToArray())];
        List<double>[] times = [[], []];
        int backups = 0;
        foreach ((int part, Delivery[][] some) in hosts.Chunk((hosts.Length + Parts - 1) / Parts).Index())
        {
            Delivery[] deliveries = [.. some.SelectMany(host => host)];
            using var stop = new CancellationTokenSource();
            Task<int> made = part > 0 && part % 2 == 0 ? RepeatAsync(web, folder, stop.Token) : Task.FromResult(0);
            IReadOnlyList<double> took = await crowd.TimesAsync(deliveries);
            await stop.CancelAsync();
            backups += await made;
            if (part > 0)
            {
                times[1 - (part % 2)].AddRange(took);
            }
        }

        double[] alone = Print("without a backup", times[0]), beside = Print($"while backups are made, {backups} in all", times[1]);
        Console.WriteLine($"the database has {new FileInfo(Path.Combine(folder, "tdxdash.db")).Length >> 20} MiB; p50 {beside[0] / alone[0]:F2} and p99 {beside[1] / alone[1]:F2} times that without");
    }

    private static double[] Print(string what, List<double> times)
    {
        double[] sorted = [.. times.Order()], figures = [sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]];
        Console.WriteLine($"{sorted.Length} deliveries {what}: p50 {figures[0]:F1} ms, p99 {figures[1]:F1} ms");
        return figures;
    }

    // The last one is waited for: it is checked, and counted.
    private static async Task<int> RepeatAsync(string web, string folder, CancellationToken stop)
    {
        int made = 0;
        string file = Path.Combine(folder, "backup.db");
        while (!stop.IsCancellationRequested)
        {
            using Process command = Process.Start(new ProcessStartInfo("dotnet", [web, "backup", file, $"--TdxDash:DataFolder={folder}"]) { RedirectStandardOutput = true })!;
            await command.StandardOutput.ReadToEndAsync(CancellationToken.None);
            await command.WaitForExitAsync(CancellationToken.None);
            made += command.ExitCode == 0 ? 1 : throw new InvalidOperationException($"The backup ended with {command.ExitCode}.");
            File.Delete(file);
        }

        return made;
    }
}
