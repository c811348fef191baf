using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class ModuleReleasesTests
{
    [Theory]
    [InlineData("EMR", 1, 5, 8, 4)]
    [InlineData("SPR", 1, 5, 24, 0)]
    [InlineData("SRF", 1, 5, 24, 1)]
    [InlineData("GNR", 2, 0, 8, 1)]
    [InlineData("GNR", 2, 0, 15, 0)]
    public void NewerThan_KnownFamily_CountsItsOwnLadder(string family, int major, int minor, int update, int newer) =>
        Assert.Equal(newer, ModuleReleases.NewerThan(family, new ModuleVersion(major, minor, update))!.Count);

    [Theory]
    [InlineData("CWF")]
    [InlineData("6/85")]
    [InlineData("")]
    public void NewerThan_FamilyWithoutReleases_SaysNothing(string family) => Assert.Null(ModuleReleases.NewerThan(family, new ModuleVersion(1, 5, 8)));

    [Fact]
    public void All_OfOneFamily_Ascend()
    {
        foreach (string family in ModuleReleases.All.SelectMany(release => release.Families).Distinct())
        {
            ModuleVersion[] ladder = [.. ModuleReleases.All.Where(release => release.Families.Contains(family)).Select(release => release.Version)];
            Assert.All(ladder.Zip(ladder.Skip(1)), pair => Assert.True(pair.First.CompareTo(pair.Second) < 0));
        }
    }
}
