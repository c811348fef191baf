using System.Text.RegularExpressions;

namespace TdxDash.Architecture.Tests;

/// <summary>House rules that hold for every file.</summary>
public sealed partial class SourceTests
{
    private const int MostLines = 400;

    [Fact]
    public void Files_OfPeople_StayWithinTheHardLimitOfLines()
    {
        IReadOnlyList<string> files = SourceFile.Below("src", "native", "tests", "bench", "wwwroot", "scripts");
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, f => File.ReadLines(SourceFile.Full(f)).Count() > MostLines);
    }

    [Fact]
    public void Namespaces_UnderSrc_FollowTheirFolders()
    {
        IReadOnlyList<string> files = [.. SourceFile.Below("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal))];
        Assert.NotEmpty(files);
        Assert.Empty(files.Select(Mismatch).OfType<string>());
    }

    [Fact]
    public void Documentation_OfEveryRoom_IsWrittenAndNotSilenced()
    {
        foreach (Room room in Room.All)
        {
            Assert.True(File.Exists(Path.ChangeExtension(room.AssemblyFile, ".xml")), $"{room.AssemblyName}.xml is not built");
            Assert.DoesNotContain("CS1591", File.ReadAllText(Path.Combine(room.Folder, room.Name + ".csproj")), StringComparison.Ordinal);
        }
    }

    private static string? Mismatch(string file)
    {
        Match declared = NamespaceLine().Match(File.ReadAllText(SourceFile.Full(file)));
        string expected = "TdxDash." + string.Join('.', Path.GetDirectoryName(file)!.Split('/').Skip(1));
        // Top-level statements and files of global usings or attributes declare none.
        return !declared.Success || declared.Groups[1].Value == expected ? null : $"{file} declares {declared.Groups[1].Value}, its folder says {expected}";
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
