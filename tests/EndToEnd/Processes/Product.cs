using System.Reflection;
using TdxDash.Testing;

namespace TdxDash.EndToEnd.Processes;

/// <summary>The two programs under test: what ./test published where it says so, else what the build left, as in an editor.</summary>
internal static class Product
{
    private static readonly string Configuration = typeof(Product).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Configuration").Value!;

    /// <summary>Where pictures of pages go.</summary>
    public static string Screenshots { get; } =
        Environment.GetEnvironmentVariable("TDXDASH_SCREENSHOTS") ?? Path.Combine(Repository.Root, "artifacts", "screenshots");

    /// <summary>The command line that starts the dashboard, without its own options.</summary>
    public static string[] Dashboard()
    {
        string folder = Environment.GetEnvironmentVariable("TDXDASH_WEB") is { Length: > 0 } published
            ? published
            : Path.Combine(Repository.Root, "src", "Web", "bin", Configuration, "net10.0");
        return ["dotnet", Existing(Path.Combine(folder, "TdxDash.Web.dll"))];
    }

    /// <summary>The command line that starts the probe, without its own options.</summary>
    public static string[] Probe() => Environment.GetEnvironmentVariable("TDXDASH_PROBE") is { Length: > 0 } published
        ? [Existing(Path.Combine(published, "tdxprobe"))]
        : ["dotnet", Existing(Path.Combine(Repository.Root, "src", "HostProbe", "bin", Configuration, "net10.0", "tdxprobe.dll"))];

    /// <summary>The command line that starts the tool for made-up fleets, without its own options.</summary>
    public static string[] DemoFleet() => Tool("DemoFleet");

    /// <summary>The command line that starts the fleet simulator, without its own options.</summary>
    public static string[] FleetSimulator() => Tool("FleetSimulator");

    private static string[] Tool(string name) => ["dotnet", Existing(Path.Combine(Repository.Root, "bench", name, "bin", Configuration, "net10.0", name + ".dll"))];

    private static string Existing(string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there; ./test makes it, or dotnet build does.", path);
}
