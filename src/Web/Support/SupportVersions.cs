using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using TdxDash.Tdx.Support;
using TdxDash.Web.Health;
using TdxDash.Web.Store;

namespace TdxDash.Web.Support;

/// <summary>The versions and the machine, as JSON.</summary>
internal static class SupportVersions
{
    /// <summary>The dashboard's version.</summary>
    public static string Product { get; } = typeof(SupportVersions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    /// <summary>Writes them.</summary>
    public static string Write() => BundleJson.Write(json =>
    {
        json.WriteString("dashboard", Product);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteString("sqlite", SqliteLibrary.LoadedVersion());
        json.WriteNumber("schemaOfThisVersion", StoreSchema.Current.Version);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteNumber("memoryBytesForTheHeap", GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        json.WriteString("openFilesOfThisCommand", File.Exists("/proc/self/limits") && OpenFileLimit.Parse(File.ReadAllText("/proc/self/limits")) is { } limit
            ? limit.ToString(CultureInfo.InvariantCulture)
            : "no limit is known");
    });
}
