using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Security;

public sealed class PageCompressionTests
{
    [Theory]
    [InlineData("/", "br, gzip", "br")]
    [InlineData("/", "gzip", "gzip")]
    [InlineData("/fleet.csv", "br", "br")]
    [InlineData("/fleet.json", "br", "br")]
    [InlineData("/", "", "")]
    public async Task Get_Page_IsCompressedAsTheBrowserCan(string address, string accepted, string encoding) =>
        Assert.Equal(encoding, await EncodingAsync(address, accepted, "same-origin"));

    [Theory]
    [InlineData("none", "br")]
    [InlineData("", "br")]
    [InlineData("cross-site", "")]
    [InlineData("same-site", "")]
    public async Task Get_PageThatAnotherSiteAskedFor_IsNotCompressed(string site, string encoding) =>
        Assert.Equal(encoding, await EncodingAsync("/?q=guess", "br", site));

    private static async Task<string> EncodingAsync(string address, string accepted, string site)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        using HttpClient client = await dashboard.ClientAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted);
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        return string.Join(',', response.Content.Headers.ContentEncoding);
    }
}
