using System.Globalization;

/// <summary>Runs inside the dashboard, by DOTNET_STARTUP_HOOKS: each line on its standard input collects the heap and is answered by what is left, in bytes.</summary>
internal static class StartupHook
{
    /// <summary>What an answer begins with.</summary>
    public const string Answer = "heap after collection: ";

    /// <summary>Called by the runtime before the program.</summary>
    public static void Initialize() => new Thread(Listen) { IsBackground = true }.Start();

    private static void Listen()
    {
        while (Console.In.ReadLine() is not null)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.Out.WriteLine(Answer + heap.ToString(CultureInfo.InvariantCulture));
        }
    }
}
