using Microsoft.Extensions.Configuration;
using TdxDash.Web.Options;
using TdxDash.Web.Store.Backups;

namespace TdxDash.Web.Tests.Options;

public sealed class DashboardOptionsTests
{
    [Fact]
    public void Read_NothingSet_ListensOnLoopback()
    {
        DashboardOptions options = Read();

        Assert.Equal([DashboardOptions.DefaultUrl], options.Urls);
        Assert.False(options.AllowRemote);
        Assert.True(Path.IsPathRooted(options.DataFolder));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://dashboard.example:8080")]
    [InlineData("http://127.0.0.1:8080;http://192.0.2.1:8080")]
    public void Read_AddressBeyondLoopback_IsRefusedUnlessAllowed(string urls)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read(("urls", urls)));
        StartRefusedException endpoint = Assert.Throws<StartRefusedException>(() => Read(("Kestrel:Endpoints:Http:Url", urls.Split(';')[^1])));

        Assert.Contains("without TLS", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TdxDash:AllowRemote=true", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Kestrel:Endpoints:Http:Url", endpoint.Message, StringComparison.Ordinal);
        Assert.True(Read(("urls", urls), ("TdxDash:AllowRemote", "true")).AllowRemote);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0")]
    [InlineData("http://localhost:5000")]
    [InlineData("http://[::1]:5000")]
    public void Read_LoopbackAddress_IsAccepted(string urls) => Assert.Equal([urls], Read(("urls", urls)).Urls);

    [Fact]
    public void Read_SeveralWrongKeys_ListsEveryOneWithItsRemedy()
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read(("urls", "here"), ("TdxDash:AllowRemote", "perhaps"),
            ("TdxDash:Store:QueueLength", "0"), ("TdxDash:Store:QueueMiB", "many"), ("TdxDash:DataFloder", "x"), ("TdxDash:DataFolder", typeof(DashboardOptions).Assembly.Location)));

        string[] lines = refusal.Message.Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.Contains(lines, line => line.Contains("TdxDash:DataFloder is not a setting", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("TdxDash:Store:QueueLength is '0': set it to a number from 1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("set it to true or false", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("10m", 10)]
    [InlineData("6h", 360)]
    [InlineData("7d", 10_080)]
    public void Read_Backup_IsTheRule(string every, int minutes)
    {
        string folder = Path.Combine(Path.GetTempPath(), "tdxdash-backups");

        Assert.Equal(new BackupRule(folder, TimeSpan.FromMinutes(minutes), 3), Read(("TdxDash:Backup:Folder", folder), ("TdxDash:Backup:Every", every), ("TdxDash:Backup:Keep", "3")).Backup);
        Assert.Equal(new BackupRule(folder, TimeSpan.FromDays(1), 7), Read(("TdxDash:Backup:Folder", folder)).Backup);
        Assert.Null(Read().Backup);
    }

    [Theory]
    [InlineData("TdxDash:Backup:Every", "9m", "a time from 10m to 366d")]
    [InlineData("TdxDash:Backup:Every", "daily", "a time from 10m to 366d")]
    [InlineData("TdxDash:Backup:Keep", "0", "a number from 1 to 1000")]
    [InlineData("TdxDash:Backup:Folder", "", "no TdxDash:Backup:Folder")]
    public void Read_BackupThatIsWrong_IsRefusedWithTheRemedy(string key, string value, string words)
    {
        (string, string)[] settings = key.EndsWith("Folder", StringComparison.Ordinal) ? [("TdxDash:Backup:Keep", "3")] : [("TdxDash:Backup:Folder", Path.GetTempPath()), (key, value)];

        Assert.Contains(words, Assert.Throws<StartRefusedException>(() => Read(settings)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_NamesEveryKey() =>
        Assert.All(["--urls", "TdxDash:DataFolder", "TdxDash:AllowRemote", "TdxDash:Store:QueueLength", "TdxDash:Store:QueueMiB", "TdxDash:Backup:Folder", "TdxDash:Backup:Every", "TdxDash:Backup:Keep", "AllowedHosts", "TdxDash:ModuleCatalogue", "OTEL_EXPORTER_OTLP_ENDPOINT"],
            key => Assert.Contains(key, DashboardOptions.Help, StringComparison.Ordinal));

    [Fact]
    public void Read_AlertTargets_AreBoundAndTheirSecretsAreNotInTheirText()
    {
        DashboardOptions options = Read(("TdxDash:Alerts:Link", "https://tdx.example.com/lab"), ("TdxDash:Alerts:Webhook:Url", "https://hooks.example.com"), ("TdxDash:Alerts:Webhook:Secret", "canary-1f0e"),
            ("TdxDash:Alerts:Mail:Server", "smtp://mail.example.com"), ("TdxDash:Alerts:Mail:From", "tdx@example.com"), ("TdxDash:Alerts:Mail:To", "a@example.com,b@example.com"));

        Assert.Equal("https://tdx.example.com/lab/", options.Alerts.Link!.ToString());
        Assert.Equal(["webhook (settings)", "mail (settings)"], options.Alerts.Targets.Select(target => target.Draft.Name));
        Assert.Equal("canary-1f0e", options.Alerts.Targets[0].Secret);
        Assert.DoesNotContain("canary-1f0e", options.Alerts.Targets[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TdxDash:Alerts:Webhook:Url", "ftp://example.com", "http://")]
    [InlineData("TdxDash:Alerts:Webhook:Secret", "alone", "has no address")]
    [InlineData("TdxDash:Alerts:Mail:Server", "smtp://mail.example.com", "sender")]
    [InlineData("TdxDash:Alerts:Link", "tdx.example.com", "TdxDash:Alerts:Link")]
    [InlineData("TdxDash:Alerts:Slack:Url", "https://example.com", "not a setting")]
    public void Read_WrongAlertKey_IsNamedWithTheRemedy(string key, string value, string why) =>
        Assert.Contains(why, Assert.Throws<StartRefusedException>(() => Read((key, value))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_Collector_IsAnAddressOrRefused()
    {
        Assert.False(Read().IsOtlpOn);
        Assert.True(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")).IsOtlpOn);
        Assert.True(Read(("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "https://collector.example/v1/metrics")).IsOtlpOn);
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")));
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317': set it to an http or https address", refusal.Message, StringComparison.Ordinal);
    }

    private static DashboardOptions Read(params (string Key, string Value)[] settings) => DashboardOptions.Read(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
