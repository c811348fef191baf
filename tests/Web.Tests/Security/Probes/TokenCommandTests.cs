using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Security.Probes;

public sealed class TokenCommandTests
{
    [Fact]
    public async Task Command_BesideADashboard_MakesATokenThatItTakesAtOnce()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        string token = await RunAsync("--uses", "3", "--expires=2d", "--group", "Lab", "--TdxDash:DataFolder", folder.Path);

        TokenRow row = Assert.Single(dashboard.Service<ProbeReader>().Tokens(9));
        Assert.Equal((EnrolmentToken.Read(token)!.Id, ProbeScope.Host, 3, 0, "lab", "system"), (row.Id, row.Scope, row.Uses, row.Used, row.Group, row.CreatedBy));
        Assert.Equal(TimeSpan.FromDays(2).TotalMicroseconds, row.ExpiresAt - row.CreatedAt);
        using var key = ProbeKeys.Create();
        DirectOutcome<EnrolmentOutcome> outcome = await dashboard.Service<ProbeRegistry>().EnrolAsync(
            new EnrolmentAsk(EnrolmentToken.Read(token)!, ProbeScope.Host, Dashboard.HostA, "a", Tdx.Snapshots.Origin.Live, "1", key.ExportSubjectPublicKeyInfo(), [], [], ""));
        Assert.Equal(200, outcome.Result!.Status);
    }

    [Fact]
    public async Task Command_BeforeTheFirstDashboard_MakesTheDatabase()
    {
        using var folder = new TempFolder();

        string token = await RunAsync("--for", "demo", "--TdxDash:DataFolder", folder.Path);

        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        Assert.Equal((EnrolmentToken.Read(token)!.Id, ProbeScope.Demo), dashboard.Service<ProbeReader>().Tokens(9).Select(row => (row.Id, row.Scope)).Single());
    }

    [Theory]
    [InlineData("--uses", "0", "from 1 to 100000")]
    [InlineData("--expires", "1y", "with m, h or d")]
    [InlineData("--expires", "366d", "with m, h or d")]
    [InlineData("--for", "1", "host, demo and imports")]
    [InlineData("--group", "a b", "is no group")]
    [InlineData("--use", "3", "no option '--use'")]
    [InlineData("three", "", "no option 'three'")]
    public async Task Command_WithAWrongOption_NamesItAndMakesNothing(string option, string value, string expected)
    {
        using var folder = new TempFolder();

        StartRefusedException e = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync($"--TdxDash:DataFolder={folder.Path}", option, value));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public async Task Command_OnADatabaseOfAnotherVersion_LeavesItAlone()
    {
        using var folder = new TempFolder();
        await RunAsync($"--TdxDash:DataFolder={folder.Path}");
        using (SqliteConnection connection = new StorePath(folder.Path).OpenPlain())
        {
            connection.Execute("PRAGMA user_version = 3");
        }

        StartRefusedException e = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync($"--TdxDash:DataFolder={folder.Path}"));

        Assert.Contains("has schema 3", e.Message, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        await StoreCommand.RunAsync([TokenCommand.Name, .. args], output);
        return output.ToString().Trim();
    }
}
