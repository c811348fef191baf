using Microsoft.Extensions.Logging;
using TdxDash.Web.Health;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Health;

public sealed class OpenFileLimitTests
{
    private const string Limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             95806                95806                processes
        Max open files            1024                 524288               files
        Max locked memory         8388608              8388608              bytes
        """;

    [Fact]
    public void Parse_LimitsOfAProcess_IsTheSoftOne() => Assert.Equal(1024, OpenFileLimit.Parse(Limits));

    [Theory]
    [InlineData("")]
    [InlineData("Max open files            unlimited            unlimited            files")]
    [InlineData("Max open files")]
    public void Parse_NoNumber_IsNone(string text) => Assert.Null(OpenFileLimit.Parse(text));

    [Theory]
    [InlineData(1024L, 512, false)]
    [InlineData(1024L, 513, true)]
    [InlineData(null, 100_000, false)]
    public async Task Warn_Limit_IsSaidWhereTheHostsDoNotFit(long? limit, int hosts, bool warns)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        var log = new Lines();

        new OpenFileLimit(dashboard.Fleet, log).Warn(limit, hosts);

        Assert.Equal(warns, log.Written.Count > 0);
        Assert.All(log.Written, line => Assert.Contains("(RLIMIT_NOFILE) is 1024, and 513 hosts need up to 1025", line, StringComparison.Ordinal));
        Assert.All(log.Written, line => Assert.Contains("LimitNOFILE=", line, StringComparison.Ordinal));
    }

    private sealed class Lines : ILogger<OpenFileLimit>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));
    }
}
