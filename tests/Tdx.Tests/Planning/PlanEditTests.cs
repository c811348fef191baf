using CsCheck;
using TdxDash.Tdx.Planning;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class PlanEditTests
{
    private static readonly string[] Words = ["keyids", "host", "use", "tds", "module", "dynamic-pamt", "name"];

    [Theory]
    [InlineData("1 socket x 8G", "keyids", "32", "1 socket x 8G, keyids 32")]
    [InlineData("1 socket x 8G,", "keyids", "32", "1 socket x 8G, keyids 32")]
    [InlineData("", "keyids", "32", "keyids 32")]
    [InlineData("keyids 8, 1 socket x 8G # first\nhost 2G", "keyids", "32", "keyids 32, 1 socket x 8G # first\nhost 2G")]
    [InlineData("1 socket x 8G # keyids 4", "keyids", "32", "1 socket x 8G # keyids 4\nkeyids 32")]
    [InlineData("1 socket x 8G, KeyIDs 4, host 1G", "keyids", null, "1 socket x 8G, host 1G")]
    [InlineData("1 socket x 8G, keyids 4", "keyids", null, "1 socket x 8G")]
    [InlineData("1 socket x 8G\nkeyids 4\nhost 1G", "keyids", null, "1 socket x 8G\n\nhost 1G")]
    [InlineData("tds 1 x 2G, 1 socket x 8G, tds 2 x 1G", "tds", "3 x 1G, 4 x 512M", "tds 3 x 1G, tds 4 x 512M, 1 socket x 8G")]
    [InlineData("1 socket x 8G, dynamic-pamt off", "dynamic-pamt", "", "1 socket x 8G, dynamic-pamt")]
    [InlineData("1 socket x 8G, hosts 4", "host", "1G", "1 socket x 8G, hosts 4, host 1G")]
    [InlineData("no such thing, keyids x", "keyids", "7", "no such thing, keyids 7")]
    [InlineData("1 socket x 8G", "name", "a # b\nc", "1 socket x 8G, name a   b c")]
    public void Set_Clause_LeavesTheRestAsItWas(string text, string word, string? value, string changed) => Assert.Equal(changed, PlanEdit.Set(text, word, value));

    [Theory]
    [InlineData("1 socket x 8G, keyids  32 # many\n", "keyids", "32")]
    [InlineData("tds 1 x 2G; tds 2 x 1G x 4 vcpus", "tds", "1 x 2G, 2 x 1G x 4 vcpus")]
    [InlineData("dynamic-pamt", "dynamic-pamt", "")]
    [InlineData("1 socket x 8G # keyids 4", "keyids", null)]
    [InlineData("keyids-of 4", "keyids", null)]
    public void Get_Clause_IsWhatStandsBehindItsWord(string text, string word, string? value) => Assert.Equal(value, PlanEdit.Get(text, word));

    [Theory]
    [InlineData("2 sockets x 8 dimms x 64 GiB, hole 2G-4G", "2", "", "8", "64 GiB")]
    [InlineData("hole 2G-4G\n 1 Socket × 4 nodes*0x40000000 # all", "1", "4", "", "0x40000000")]
    [InlineData("2 sockets", "2", "", "", "")]
    [InlineData("2 sockets x many", "2", "", "", "many")]
    public void GetSockets_HasThePartsAsTheyAreWritten(string text, string sockets, string nodes, string dimms, string size) =>
        Assert.Equal(new PlanSocketsText(sockets, nodes, dimms, size), PlanEdit.GetSockets(text));

    [Theory]
    [InlineData("hole 2G-4G", "2", "", "8", "64 GiB", "2 sockets x 8 dimms x 64 GiB, hole 2G-4G")]
    [InlineData("", "", "2", "", "64G", "1 socket x 2 nodes x 64G")]
    [InlineData("1 socket x 8G # one\n4 sockets x 2G", "2", "1", "1", "16 GiB", "2 sockets x 16 GiB # one\n4 sockets x 2G")]
    [InlineData("1 socket x 8G, hole 2G-4G", "", "", "", "", "hole 2G-4G")]
    [InlineData("1 socket x 8G, hole 2G-4G", "1", "", "", "8,#G", "1 socket x 8  G, hole 2G-4G")]
    public void SetSockets_LeavesTheRestAsItWas(string text, string sockets, string nodes, string dimms, string size, string changed) =>
        Assert.Equal(changed, PlanEdit.SetSockets(text, new PlanSocketsText(sockets, nodes, dimms, size)));

    [Fact]
    public void SetSockets_OfAnyPlan_ReadsAsThePlanWithTheDimmsChanged() => Gen.Select(Gen.OneOf(PlanPresets.All.ToArray()), Gen.Int[1, 16], Gen.Int[1, 4]).Sample((preset, dimms, nodes) =>
    {
        PlanSpec before = PlanText.Parse(preset.Text).Spec!;
        PlanSocketsText parts = PlanEdit.GetSockets(preset.Text)! with { Dimms = $"{dimms}", Nodes = $"{nodes}" };

        PlanSpec after = PlanText.Parse(PlanEdit.SetSockets(preset.Text, parts)).Spec!;

        Assert.Equal(before with { Sockets = [before.Sockets[0] with { DimmsPerNode = dimms, NodesPerSocket = nodes }] }, after);
    });

    [Fact]
    public void Set_OnAnyPreset_ReadsAsThePlanWithThePartChanged() => Gen.Select(Gen.OneOf(PlanPresets.All.ToArray()), Gen.Int[0, 1_000], Gen.Bool).Sample((preset, keys, onLines) =>
    {
        string text = onLines ? preset.Text.Replace(", ", "\n", StringComparison.Ordinal) : preset.Text;
        PlanSpec before = PlanText.Parse(text).Spec!;

        PlanSpec after = PlanText.Parse(PlanEdit.Set(text, "keyids", keys.ToString(System.Globalization.CultureInfo.InvariantCulture))).Spec!;

        Assert.Equal(before with { KeyIds = keys }, after);
        Assert.Equal(before with { KeyIds = null, Tds = [] }, PlanText.Parse(PlanEdit.Set(PlanEdit.Set(text, "tds", null), "keyids", null)).Spec);
    });

    [Fact]
    public void SetAndGet_AnyText_NeverThrowAndTakeOut() => Gen.Select(Gen.Char["keyids tdx-pamt#,;\n 018G"].Array[0, 60], Gen.OneOf(Words)).Sample((letters, word) =>
    {
        string text = new(letters);
        Assert.Null(PlanEdit.Get(PlanEdit.Set(text, word, null), word));
        Assert.Equal("7", PlanEdit.Get(PlanEdit.Set(text, word, "7"), word));
    });
}
