using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Reflection;

/// <summary>Runs inside the dashboard, by DOTNET_STARTUP_HOOKS: each line on its standard input collects the heap and is answered by what is left, in bytes.</summary>
internal static class StartupHook
{
    /// <summary>What an answer begins with.</summary>
    public const string Answer = "heap after collection: ";

    /// <summary>Called by the runtime before the program.</summary>
    public static void Initialize() => new Thread(Listen) { IsBackground = true }.Start();

    private static void Listen()
    {
        Type? frame = null;
        while (Console.In.ReadLine() is not null)
        {
            frame ??= Type.GetType("Microsoft.AspNetCore.Components.RenderTree.RenderTreeFrame, Microsoft.AspNetCore.Components");
            foreach (Type element in new[] { typeof(byte), typeof(char), frame }.OfType<Type>())
            {
                Drop(element);
            }

            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            long heap = GC.GetTotalMemory(forceFullCollection: true);
            Console.Out.WriteLine(Answer + heap.ToString(CultureInfo.InvariantCulture));
        }
    }

    // The runtime keeps buffers for each of its threads, as large as that thread needed once: how many there are says how busy the machine is, and not how many pages are open.
    // It has no way to be told, so its own lists are emptied.
    private static void Drop(Type element)
    {
        object pool = typeof(ArrayPool<>).MakeGenericType(element).GetProperty(nameof(ArrayPool<byte>.Shared))!.GetValue(null)!;
        foreach (object threads in (IEnumerable)Field(pool, "_allTlsBuckets"))
        {
            var kept = (Array)threads.GetType().GetProperty("Key")!.GetValue(threads)!;
            Array.Clear(kept);
        }

        Array.Clear((Array)Field(pool, "_buckets"));
    }

    private static object Field(object of, string name) =>
        of.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(of) ?? throw new NotSupportedException($"This runtime's {of.GetType()} has no {name}.");
}
