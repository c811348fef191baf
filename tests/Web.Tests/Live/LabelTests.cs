using TdxDash.Web.Live;

namespace TdxDash.Web.Tests.Live;

public sealed class LabelTests
{
    [Theory]
    [InlineData(" Site-B/rack_1.2 ", "site-b/rack_1.2")]
    [InlineData("ü", "ü")]
    public void TryParse_AName_IsTaken(string text, string label)
    {
        Assert.True(LabelText.TryParse(text, out LabelText parsed));
        Assert.Equal(label, parsed.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("a,b")]
    [InlineData("a\"")]
    [InlineData("a:b")]
    [InlineData("\u202e")]
    [InlineData("123456789012345678901234567890123")]
    public void TryParse_SomethingElse_IsRefused(string? text) => Assert.False(LabelText.TryParse(text, out _));

    [Fact]
    public void Of_AddTag_ChangesOnlyThoseThatLackIt()
    {
        Dictionary<string, HostLabels> before = new() { ["a"] = HostLabels.None, ["b"] = FleetSamples.Labels(null, "lab") };

        (IReadOnlyDictionary<string, HostLabels> after, string? problem) = LabelChange.AddTag("LAB").Of(before);

        Assert.Null(problem);
        Assert.Equal(["lab"], Assert.Single(after).Value.Tags);
    }

    [Fact]
    public void Of_RemoveTagAndGroup_Changes()
    {
        Dictionary<string, HostLabels> before = new() { ["a"] = FleetSamples.Labels("site-a", "lab") };

        Assert.Empty(LabelChange.RemoveTag("lab").Of(before).After["a"].Tags);
        Assert.Equal("site-b", LabelChange.SetGroup("site-b").Of(before).After["a"].Group.ToString());
        Assert.Null(LabelChange.SetGroup(" ").Of(before).After["a"].Group);
    }

    [Fact]
    public void Of_WhatCannotBe_SaysWhyAndChangesNothing()
    {
        HostLabels full = FleetSamples.Labels(null, [.. Enumerable.Range(0, HostLabels.MaxTags).Select(i => $"t{i}")]);

        Assert.Contains("'two words' is no tag", LabelChange.AddTag("two words").Of(new Dictionary<string, HostLabels> { ["a"] = HostLabels.None }).Problem, StringComparison.Ordinal);
        (IReadOnlyDictionary<string, HostLabels> after, string? problem) = LabelChange.AddTag("more").Of(new Dictionary<string, HostLabels> { ["a"] = HostLabels.None, ["b"] = full });
        Assert.Empty(after);
        Assert.Contains("at most 16 tags", problem, StringComparison.Ordinal);
        Assert.Contains("like that already", LabelChange.AddTag("t1").Of(new Dictionary<string, HostLabels> { ["b"] = full }).Problem, StringComparison.Ordinal);
    }
}
