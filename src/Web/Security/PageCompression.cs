using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;

namespace TdxDash.Web.Security;

/// <summary>Compresses what the dashboard makes for each request; files of the web root were compressed when they were published. A request
/// that another site brought about is answered uncompressed: what that site put into the address stands in the page beside what it must not
/// read, and the length of the compressed page would tell how much of it was guessed (BREACH).</summary>
internal static class PageCompression
{
    public static void Add(IServiceCollection services)
    {
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "text/csv"];
        });
        // The fastest levels, which are the usual ones, leave a page half as large again.
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
    }

    public static void Use(WebApplication app) => app.UseWhen(IsOwn, branch => branch.UseResponseCompression());

    // Browsers set the header and no page can; programs that are no browsers have no one who could be tricked.
    private static bool IsOwn(HttpContext context) => context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
}
