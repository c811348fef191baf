using System.Text;
using TdxDash.EndToEnd;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>The disk of the tests of power loss keeps what was flushed, and can lose or tear everything else.</summary>
public sealed class SimulatedDiskTests
{
    private const int Rounds = 200;

    private static readonly FileChange[] Named = [new(ChangeKind.Created, "a"), new(ChangeKind.Flushed, ".", 1)];

    [Fact]
    public void Flushed_IsKept()
    {
        HashSet<string> left = Left([.. Named, Write(0, "x"), new(ChangeKind.Flushed, "a", 3)]);
        Assert.Equal(["x"], left);
    }

    [Fact]
    public void Unflushed_IsKeptOrLost()
    {
        HashSet<string> left = Left([.. Named, Write(0, "x"), new(ChangeKind.Flushed, "a", 3), Write(0, "y"), new(ChangeKind.Cut, "a", 0)]);
        Assert.Equal(["", "x", "y"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WrittenWhileTheFlushRan_IsKeptOrLost()
    {
        HashSet<string> left = Left([.. Named, Write(0, "x"), Write(1, "y"), new(ChangeKind.Flushed, "a", 3)]);
        Assert.Equal(["x", "xy"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void LongWrite_IsTornAtSectors()
    {
        HashSet<string> left = Left([.. Named, Write(0, new string('x', 1024))]);
        string first = new string('x', 512), empty = new('\0', 512);
        Assert.Equal(["", empty + first, first, first + first], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Name_WithoutAFlushOfItsFolder_IsKeptOrLost()
    {
        HashSet<string> left = Left([new(ChangeKind.Created, "a"), Write(0, "x"), new(ChangeKind.Flushed, "a", 2)]);
        Assert.Equal(["gone", "x"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Renamed_BeforeItsContentIsFlushed_CanBeEmpty()
    {
        HashSet<string> left = Left([new(ChangeKind.Created, "b"), new(ChangeKind.Written, "b", 0, "x"u8.ToArray()), new(ChangeKind.Renamed, "b", To: "a"), new(ChangeKind.Flushed, ".", 3)]);
        Assert.Equal(["", "x"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FlushThatIsNotHonoured_KeepsNothingForSure()
    {
        HashSet<string> left = Left([.. Named, Write(0, "x"), new(ChangeKind.Flushed, "a", 3)], path => path == ".");
        Assert.Equal(["", "x"], left.Order(StringComparer.Ordinal));
    }

    private static FileChange Write(long offset, string text) => new(ChangeKind.Written, "a", offset, Encoding.ASCII.GetBytes(text));

    /// <summary>What file "a" is after any loss of power.</summary>
    private static HashSet<string> Left(FileChange[] changes, Func<string, bool>? honoured = null)
    {
        using var folder = new TemporaryFolder();
        string root = folder.Sub("disk"), file = Path.Combine(root, "a");
        var left = new HashSet<string>(StringComparer.Ordinal);
        for (int seed = 0; seed < Rounds; seed++)
        {
            var disk = new SimulatedDisk();
            disk.Apply(changes, honoured);
            disk.LosePower(new Random(seed));
            disk.WriteTo(root);
            left.Add(File.Exists(file) ? File.ReadAllText(file) : "gone");
        }

        return left;
    }
}
