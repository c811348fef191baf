using System.Text.RegularExpressions;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TdxDash.Web.Components.Layout;

namespace TdxDash.Web.Tests.Components;

public sealed class PageBoundaryTests : BunitContext
{
    private readonly Lines _log = new();

    public PageBoundaryTests()
    {
        Services.AddSingleton<ILoggerFactory>(_ => LoggerFactory.Create(log => log.AddProvider(_log)));
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    [Fact]
    public void Failure_OfAPage_ShowsAnIdThatTheLogHasBesideTheCause()
    {
        Services.GetRequiredService<NavigationManager>().NavigateTo("/hosts/x?from=0x0");

        IRenderedComponent<PageBoundary> boundary = Render<PageBoundary>(p => p.AddChildContent<Page>());

        string id = boundary.Find("code").TextContent;
        Assert.Matches(new Regex("^[0-9a-f]{8}$"), id);
        Assert.Equal(id, boundary.Find("button[data-copy]").GetAttribute("data-copy"));
        (string message, Exception? cause) = Assert.Single(_log.Written);
        Assert.StartsWith($"Error {id}: the page /hosts/x?from=0x0 could not be shown.", message, StringComparison.Ordinal);
        Assert.Equal(Page.Cause, cause!.Message);
        Assert.DoesNotContain(Page.Cause, boundary.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void TryAgain_AfterTheCauseIsGone_ShowsThePageAndAnotherFailureHasAnotherId()
    {
        IRenderedComponent<PageBoundary> boundary = Render<PageBoundary>(p => p.AddChildContent<Page>());
        string first = boundary.Find("code").TextContent;

        Retry(boundary);
        Assert.NotEqual(first, boundary.Find("code").TextContent);

        Page.IsSound = true;
        Retry(boundary);
        Assert.Equal("All is well", boundary.Find("p").TextContent);
        Assert.Equal(2, _log.Written.Count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        Page.IsSound = false;
        base.Dispose(disposing);
    }

    private static void Retry(IRenderedComponent<PageBoundary> boundary) => boundary.FindAll("button").Single(button => button.TextContent == "Try again").Click();

    private sealed class Page : ComponentBase
    {
        public const string Cause = "a page that cannot be drawn";

        public static bool IsSound { get; set; }

        protected override void BuildRenderTree(Microsoft.AspNetCore.Components.Rendering.RenderTreeBuilder builder)
        {
            if (!IsSound)
            {
                throw new InvalidOperationException(Cause);
            }

            builder.AddMarkupContent(0, "<p>All is well</p>");
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<(string Message, Exception? Cause)> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => categoryName == typeof(PageBoundary).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add((formatter(state, exception), exception));

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
