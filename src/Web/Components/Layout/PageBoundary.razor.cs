using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace TdxDash.Web.Components.Layout;

/// <summary>Shows a page, or in its place that it failed, with an id that the log has beside the cause. The cause itself is not for the reader.</summary>
public sealed partial class PageBoundary : ErrorBoundaryBase
{
    private const int IdBytes = 4;

    /// <summary>The id of the last failure; empty before the first.</summary>
    public string ErrorId { get; private set; } = "";

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private ILogger<PageBoundary> Log { get; set; } = null!;

    /// <inheritdoc/>
    protected override Task OnErrorAsync(Exception exception)
    {
        ErrorId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        PageFailed(Log, ErrorId, new Uri(Nav.Uri).PathAndQuery, exception);
        return Task.CompletedTask;
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Error {Id}: the page {Page} could not be shown. This is a fault in TdxDash: report it with the lines below.")]
    private static partial void PageFailed(ILogger log, string id, string page, Exception exception);
}
