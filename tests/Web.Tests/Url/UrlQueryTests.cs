using CsCheck;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Url;

public sealed class UrlQueryTests
{
    private static readonly Gen<string> Text = Gen.Char.Array[0, 40].Select(letters => new string(letters));

    private static readonly Gen<(string Name, string Value)[]> Pairs = Gen.Select(Gen.Char.Array[1, 12].Select(letters => new string(letters)), Text).Array[0, 12];

    [Fact]
    public void FromUri_OfToString_IsTheSame() => Pairs.Sample(pairs =>
    {
        UrlQuery query = pairs.Aggregate(UrlQuery.Empty, (made, pair) => made.With(pair.Name, pair.Value));
        UrlQuery read = UrlQuery.FromUri("http://localhost:8080/hosts/a" + query + "#tdmrs");
        Assert.Equal(query, read);
        Assert.Equal(query.GetHashCode(), read.GetHashCode());
        Assert.Empty(read.Problems);
    });

    [Fact]
    public void FromUri_AnyText_IsReadAndWrittenToTheSameMeaning() => Gen.Char.Array[0, 200].Sample(letters =>
    {
        UrlQuery read = UrlQuery.FromUri("/?" + new string(letters));
        Assert.Equal(read, UrlQuery.FromUri(read.ToString()));
    });

    [Theory]
    [InlineData("http://localhost/", "")]
    [InlineData("http://localhost/?", "")]
    [InlineData("?a=b&c=d", "?a=b&c=d")]
    [InlineData("/hosts/x?b&&a=1=2#c=d", "?b=&a=1%3D2")]
    [InlineData("/?q=family%3AGNR%20version%3A%3C2.0.14+tag:a,b", "?q=family:GNR+version:%3C2.0.14+tag:a,b")]
    [InlineData("/?q=1%2B1", "?q=1%2B1")]
    [InlineData("/?q=%FF%zz", "?q=%25FF%25zz")]
    public void ToString_OfWhatWasRead_IsReadable(string uri, string written) => Assert.Equal(written, UrlQuery.FromUri(uri).ToString());

    [Fact]
    public void With_KnownName_KeepsItsPlaceAndLeavesOneValue()
    {
        UrlQuery query = UrlQuery.FromUri("?a=1&b=2&c=3&b=4");

        Assert.Equal("?a=1&b=9&c=3", query.With("b", "9").ToString());
        Assert.Equal("?a=1&c=3", query.With("b", null).ToString());
        Assert.Equal("2", query.Get("b"));
        Assert.Null(query.Get("B"));
    }

    [Fact]
    public void With_BeyondTheBounds_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => UrlQuery.Empty.With("", "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => UrlQuery.Empty.With(new string('n', UrlQuery.MaxNameLength + 1), "x"));
        Assert.Throws<ArgumentOutOfRangeException>(() => UrlQuery.Empty.With("n", new string('x', UrlQuery.MaxValueLength + 1)));
        UrlQuery full = Enumerable.Range(0, UrlQuery.MaxPairs).Aggregate(UrlQuery.Empty, (query, i) => query.With($"n{i}", ""));
        Assert.Equal(UrlQuery.MaxPairs, full.With("n3", "x").Pairs.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => full.With("one more", ""));
    }

    [Fact]
    public void FromUri_BeyondTheBounds_KeepsTheRestAndNamesWhatWasLeftOut()
    {
        UrlQuery longValue = UrlQuery.FromUri($"?a={new string('x', UrlQuery.MaxValueLength + 1)}&b=2");
        Assert.Equal("?b=2", longValue.ToString());
        Assert.Contains("'a' in the address has 7681 characters", Assert.Single(longValue.Problems), StringComparison.Ordinal);

        UrlQuery longName = UrlQuery.FromUri($"?{new string('n', UrlQuery.MaxNameLength + 1)}=1&=2&b=2");
        Assert.Equal("?b=2", longName.ToString());
        Assert.Equal(2, longName.Problems.Length);

        UrlQuery many = UrlQuery.FromUri("?" + string.Join('&', Enumerable.Range(0, 200).Select(i => $"n{i}=1")));
        Assert.Equal(UrlQuery.MaxPairs, many.Pairs.Length);
        Assert.Contains("from 'n64' on", Assert.Single(many.Problems), StringComparison.Ordinal);

        UrlQuery tooLong = UrlQuery.FromUri("?" + string.Join('&', Enumerable.Range(0, 6).Select(i => $"n{i}={new string('x', 2_000)}")));
        Assert.Equal(["n0", "n1", "n2", "n3"], tooLong.Pairs.Select(pair => pair.Key));
        Assert.Single(tooLong.Problems);
    }
}
