namespace TdxDash.Architecture.Tests;

/// <summary>The domain does no input or output and asks nobody for the time: the compiled code names no type that could.</summary>
public sealed class PurityTests
{
    private static readonly string[] ForbiddenNamespaces =
    [
        "System.Net.", "System.Data.", "System.Timers.", "System.IO.Pipes.", "System.IO.MemoryMappedFiles.", "System.IO.IsolatedStorage.", "Microsoft.Extensions.",
    ];

    private static readonly string[] ForbiddenTypes =
    [
        "System.Console", "System.Diagnostics.Process", "System.Diagnostics.Stopwatch", "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo",
        "System.IO.DriveInfo", "System.IO.FileSystemWatcher", "System.IO.RandomAccess", "System.Threading.Thread", "System.Threading.Timer",
        "System.Threading.Tasks.Task", "System.TimeProvider", "System.Random",
    ];

    private static readonly string[] ForbiddenMembers =
    [
        "DateTime.get_Now", "DateTime.get_UtcNow", "DateTimeOffset.get_Now", "DateTimeOffset.get_UtcNow", "Guid.NewGuid",
        "Environment.GetEnvironmentVariable", "Environment.get_MachineName", "Environment.get_TickCount64",
    ];

    [Fact]
    public void Tdx_Types_DoNoInputOrOutput() =>
        Assert.Empty(Room.Tdx.TypeReferences().Where(IsForbidden).Order(StringComparer.Ordinal));

    [Fact]
    public void Tdx_Members_AskForNoTimeChanceOrEnvironment() =>
        Assert.Empty(Room.Tdx.MemberReferences().Intersect(ForbiddenMembers));

    [Fact]
    public void Tdx_Imports_CallNoNativeCode() => Assert.Equal(0, Room.Tdx.NativeImports());

    [Fact]
    public void TypeReferences_OfTheProbe_ShowThatTheReaderSeesThem() =>
        Assert.Contains("System.Object", Room.HostProbe.TypeReferences());

    private static bool IsForbidden(string type) =>
        ForbiddenTypes.Contains(type) || ForbiddenNamespaces.Any(space => type.StartsWith(space, StringComparison.Ordinal));
}
