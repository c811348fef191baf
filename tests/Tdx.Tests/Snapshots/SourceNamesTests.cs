using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class SourceNamesTests
{
    [Fact]
    public void Of_EqualNames_IsOneText()
    {
        var names = new SourceNames();
        string first = names.Of(Copy("/proc/iomem"));

        Assert.Same(first, names.Of(Copy("/proc/iomem")));
    }

    [Fact]
    public void Of_MoreNamesThanAreKept_LearnsTheUsualOnesAnew()
    {
        var names = new SourceNames();
        for (int i = 0; i < 3 * SourceNames.Most; i++)
        {
            string made = $"made up {i}";
            Assert.Equal(made, names.Of(made));
        }

        string first = names.Of(Copy("/proc/iomem"));
        Assert.Same(first, names.Of(Copy("/proc/iomem")));
    }

    private static string Copy(string text) => new(text.AsSpan());
}
