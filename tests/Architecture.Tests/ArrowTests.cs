using TdxDash.Testing;

namespace TdxDash.Architecture.Tests;

/// <summary>The arrows of docs/architecture.md: who may use whom.</summary>
public sealed class ArrowTests
{
    public static TheoryData<string, string[]> Arrows => new()
    {
        { "Tdx", [] },
        { "Wire", ["Tdx"] },
        { "HostProbe", ["Tdx", "Wire"] },
        { "Web", ["Tdx", "Wire"] },
    };

    private static readonly string[] Tops = ["src", "tests", "bench"];

    [Theory]
    [MemberData(nameof(Arrows))]
    public void ProjectFile_OfRoom_ReferencesOnlyWhatItMayUse(string name, string[] mayUse)
    {
        Room room = Room.All.Single(r => r.Name == name);
        Assert.Equal(mayUse, room.ProjectReferences());
    }

    [Theory]
    [MemberData(nameof(Arrows))]
    public void Assembly_OfRoom_ReferencesOnlyWhatItMayUse(string name, string[] mayUse)
    {
        Room room = Room.All.Single(r => r.Name == name);
        IEnumerable<string> rooms = room.AssemblyReferences().Where(reference => Room.All.Any(r => r.AssemblyName == reference));
        Assert.Subset(mayUse.Select(m => Room.All.Single(r => r.Name == m).AssemblyName).ToHashSet(), rooms.ToHashSet());
    }

    [Theory]
    [InlineData("Tdx")]
    [InlineData("Wire")]
    public void Assembly_OfSharedRoom_StandsOnTheBaseClassLibraryAlone(string name)
    {
        Room room = Room.All.Single(r => r.Name == name);
        Assert.Empty(room.PackageReferences());
        Assert.DoesNotContain(room.AssemblyReferences(), reference =>
            !reference.StartsWith("System.", StringComparison.Ordinal) && reference != "TdxDash.Tdx");
    }

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "TdxDash.sln"));
        IEnumerable<string> projects = Tops
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Repository.Root, top), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('/', '\\'));
        Assert.All(projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }
}
