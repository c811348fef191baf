using TdxDash.Tdx.Layout;

namespace TdxDash.Tdx.Tests.Layout;

public sealed class LinuxBehaviorTests
{
    [Theory]
    [InlineData("6.8.0-1028-intel", HoleSource.Cmrs)]
    [InlineData("6.8.0", HoleSource.MemoryList)]
    [InlineData("6.8.0-45-generic", HoleSource.MemoryList)]
    [InlineData("6.5.0-1003-intel-opt", HoleSource.MemoryList)]
    [InlineData("6.14.0-1009-intel", HoleSource.MemoryList)]
    [InlineData("6.16.9", HoleSource.MemoryList)]
    [InlineData("not a release", HoleSource.MemoryList)]
    [InlineData("", HoleSource.MemoryList)]
    public void For_Release_ChoosesTheHoleSource(string release, HoleSource holes) => Assert.Equal(holes, LinuxBehavior.For(release).Holes);

    [Theory]
    [InlineData("5.15.0", false, false, false, false)]
    [InlineData("6.5.0-1003-intel-opt", true, false, false, false)]
    [InlineData("6.8.0-1028-intel", true, false, false, false)]
    [InlineData("6.14.0-1009-intel", true, true, false, false)]
    [InlineData("7.0.1", true, true, false, false)]
    [InlineData("7.1-rc3", true, true, true, false)]
    [InlineData("7.2.0", true, true, true, true)]
    [InlineData("10.0", true, true, true, true)]
    public void For_Release_KnowsWhatThatLineDoes(string release, bool hasTdx, bool refuses, bool atBoot, bool device)
    {
        LinuxBehavior behavior = LinuxBehavior.For(release);

        Assert.Equal((hasTdx, refuses, atBoot, device), (behavior.HasTdxHost, behavior.RefusesModuleWithoutNoRbpMod, behavior.InitializesAtBoot, behavior.HasTdxHostDevice));
        Assert.False(behavior.DynamicPamt);
    }
}
