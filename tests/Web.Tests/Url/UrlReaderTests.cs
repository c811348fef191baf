using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Url;

public sealed class UrlReaderTests
{
    private static readonly Dictionary<string, int> Words = new() { ["one"] = 1, ["two"] = 2 };

    [Fact]
    public void Done_WellFormed_HasNoProblems()
    {
        var reader = new UrlReader(UrlQuery.FromUri("?q=text&n=-5&w=two"));

        Assert.Equal("text", reader.Text("q", 4));
        Assert.Equal(-5, reader.Number("n", -5, 5, 0));
        Assert.Equal(2, reader.Word("w", Words, 1));
        Assert.Equal(("", 7, 1), (reader.Text("absent", 4), reader.Number("absent", 0, 9, 7), reader.Word("absent", Words, 1)));
        Assert.Empty(reader.Done("state").Problems);
    }

    [Fact]
    public void Done_Malformed_TakesDefaultsAndNamesValueAndRemedy()
    {
        var reader = new UrlReader(UrlQuery.FromUri($"?q=abc%F0%9F%98%80&n=6&m=1e3&w=Two&{new string('n', 65)}=1"));

        Assert.Equal("abc", reader.Text("q", 4));
        Assert.Equal(0, reader.Number("n", -5, 5, 0));
        Assert.Equal(0, reader.Number("m", -5, 5, 0));
        Assert.Equal(1, reader.Word("w", Words, 1));
        IReadOnlyList<string> problems = reader.Done("state").Problems;
        Assert.Equal(5, problems.Count);
        Assert.Contains("'n' in the address is '6': use a whole number from -5 to 5.", problems);
        Assert.Contains("'w' in the address is 'Two', which is not known: use one, two.", problems);
    }
}
