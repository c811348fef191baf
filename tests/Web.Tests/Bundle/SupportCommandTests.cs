using System.IO.Compression;
using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Support;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Bundle;

public sealed class SupportCommandTests : IDisposable
{
    private const string Canary = "canary-host";

    private static readonly string[] Canaries = [Canary, "corp.example", "canary-group", "canary-tag", "canary-author", Dashboard.HostA, "hunter2", "canary.mail", "10.11.12.13", "canary-account", "CanarySecretCanarySecret"];

    private readonly TempFolder _data = new(), _other = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _data.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Bundle_OfARunningDashboard_HoldsNoCanary()
    {
        await using Dashboard dashboard = await StoreAsync();
        string log = _other.File("dashboard.log");
        await File.WriteAllTextAsync(log, $"""
            Host {Canary}.corp.example ({Dashboard.HostA}) of group canary-group, tag canary-tag, came from 10.11.12.13
            Authorization: Bearer CanarySecretCanarySecret
            canary-author wrote to canary.mail@corp.example; signed in: canary-account; token tdx_CanarySecretCanarySecret0123456789
            {Canary} again
            """, Cancellation);

        string said = await RunAsync("--log", log, "--Kestrel:Certificates:Default:Password", "hunter2", "--AllowedHosts", $"{Canary}.corp.example;localhost");

        Dictionary<string, string> files = Read();
        Assert.All(files, file => Assert.All(Canaries, canary => Assert.DoesNotContain(canary, file.Value, StringComparison.OrdinalIgnoreCase)));
        string[] lines = files["log-1.txt"].Split('\n');
        Assert.Equal("Host host-1 (id-1) of group label-1, tag label-2, came from address-1", lines[0]);
        Assert.Equal("host-1 again", lines[3]);
        Assert.Contains("\"Kestrel:Certificates:Default:Password\": \"[set]\"", files["settings.json"], StringComparison.Ordinal);
        Assert.Contains("\"isSound\": true", files["integrity.json"], StringComparison.Ordinal);
        Assert.Contains("\"hosts\": 1", files["hosts.json"], StringComparison.Ordinal);
        Assert.Contains("CREATE TABLE hosts", files["schema.sql"], StringComparison.Ordinal);
        Assert.Contains("\"snapshots\": 1", files["store.json"], StringComparison.Ordinal);
        Assert.All(files.Keys.Where(name => name != "manifest.json"), name => Assert.Contains($"\"name\": \"{name}\"", files["manifest.json"], StringComparison.Ordinal));
        Assert.Contains("were replaced. Look through it before you share it", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bundle_RedactFalse_LeavesNamesInAndSaysSo()
    {
        await using Dashboard dashboard = await StoreAsync();
        await File.WriteAllTextAsync(_other.File("log"), Canary, Cancellation);

        Assert.Contains("Nothing was taken out of it", await RunAsync("--log", _other.File("log"), "--redact", "false"), StringComparison.Ordinal);

        Assert.Equal(Canary, Read()["log-1.txt"]);
    }

    [Fact]
    public async Task Bundle_NoDatabase_SaysSoAndIsMade()
    {
        await RunAsync();

        Assert.Contains("There is no database", Read()["store.txt"], StringComparison.Ordinal);
        Assert.Contains("journalctl -u tdxdash-dashboard", Read()["log.txt"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("needs a file")]
    [InlineData("--log needs a value", "FILE", "--log")]
    [InlineData("--redact is 'maybe'", "FILE", "--redact", "maybe")]
    [InlineData("was not made", "FILE", "--log", "/nowhere/at/all")]
    [InlineData("was not made", "/nowhere/at/all.zip")]
    public async Task Bundle_WrongArguments_IsRefusedWithTheRemedy(string words, params string[] args)
    {
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() =>
            StoreCommand.RunAsync([SupportCommand.Name, .. args.Select(arg => arg == "FILE" ? _other.File("new.zip") : arg), .. args.Length == 0 ? [] : new[] { "--TdxDash:DataFolder", _data.Path }], TextWriter.Null));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_other.Path));
    }

    [Theory]
    [InlineData("TdxDash:Retention:Days", "30", "30")]
    [InlineData("TdxDash:Backup:Every", "12h", "12h")]
    [InlineData("TdxDash:DataFolder", "/var/lib/tdxdash", "/var/lib/tdxdash")]
    [InlineData("Kestrel:Endpoints:Https:Certificate:Password", "1234", "[set]")]
    [InlineData("TdxDash:Oidc:ClientId", "something", "[set]")]
    [InlineData("Kestrel:Endpoints:Https:Certificate:KeyPath", "true", "true")]
    public void Shown_Setting_IsItsValueOnlyWhereItCannotBeSecret(string key, string value, string expected) => Assert.Equal(expected, SupportSettings.Shown(key, value));

    private async Task<Dashboard> StoreAsync()
    {
        Dashboard dashboard = await Dashboard.StartAsync(_data, summarise: snapshot => SmallSnapshot.Summarise(snapshot) with { Name = $"{Canary}.corp.example" });
        HubConnection probe = await dashboard.ConnectAsync(name: $"{Canary}.corp.example");
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()))).Outcome);
        using SqliteConnection plain = dashboard.Path.OpenPlain();
        plain.Execute("""
            UPDATE hosts SET group_name = 'canary-group';
            INSERT INTO host_tags (host, tag) VALUES (1, 'canary-tag');
            INSERT INTO annotations (from_us, text, tags, author, created_at_us) VALUES (1, 'hunter2', '', 'canary-author', 1);
            INSERT INTO audit (at_us, actor, address, action, target, detail) VALUES (1, 'canary-account', '', 'session.start', '', '');
            """);
        return dashboard;
    }

    private async Task<string> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        await SupportCommand.RunAsync([_other.File("bundle.zip"), .. args, "--TdxDash:DataFolder", _data.Path], Settings, TextReader.Null, output);
        return output.ToString();
    }

    private static IConfigurationRoot Settings(string[] keys) => new ConfigurationBuilder().AddCommandLine(keys).Build();

    private Dictionary<string, string> Read()
    {
        using ZipArchive zip = ZipFile.OpenRead(_other.File("bundle.zip"));
        return zip.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var reader = new StreamReader(entry.Open());
            return reader.ReadToEnd();
        });
    }
}
