using System.Diagnostics;
using Microsoft.Data.Sqlite;
using TdxDash.HostProbe.Journal;

namespace TdxDash.HostProbe.Tests.Journal;

public sealed class JournalFileTests : IDisposable
{
    private readonly StateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_NewFolder_MakesAHostIdAndKeepsIt()
    {
        string nested = Path.Combine(_folder.Path, "deep", "state");
        string first;
        using (JournalFile journal = JournalFile.Open(nested))
        {
            first = journal.HostId;
        }

        Assert.True(Guid.TryParseExact(first, "D", out Guid id) && id != Guid.Empty);
        using JournalFile again = JournalFile.Open(nested);
        Assert.Equal(first, again.HostId);
    }

    [Fact]
    public void Open_Always_WritesAheadWithFullSync()
    {
        using JournalFile journal = JournalFile.Open(_folder.Path);
        Assert.Equal("wal", journal.Run(c => c.Scalar<string>("PRAGMA journal_mode")));
        Assert.Equal(2, journal.Run(c => c.Scalar<long>("PRAGMA synchronous")));
        Assert.Equal("exclusive", journal.Run(c => c.Scalar<string>("PRAGMA locking_mode")));
    }

    [Fact]
    public void Open_NewerSchema_NamesFileVersionAndRemedyAndChangesNothing()
    {
        Write("PRAGMA user_version = 7; CREATE TABLE later (x)");
        byte[] before = File.ReadAllBytes(_folder.JournalPath);
        JournalException e = Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path));
        Assert.Equal($"Journal {_folder.JournalPath} has schema 7; this tdxprobe reads up to {JournalSchema.Current}. Update tdxprobe to at least the version that wrote it.", e.Message);
        Assert.Equal(before, File.ReadAllBytes(_folder.JournalPath));
    }

    [Fact]
    public void Open_OlderSchema_IsCopiedBeforeItIsUpgraded()
    {
        string host;
        using (JournalFile journal = JournalFile.Open(_folder.Path))
        {
            host = journal.HostId;
            new JournalEntries(journal).Append("boot", DateTimeOffset.UnixEpoch, [1, 2, 3]);
        }

        Write("DROP TABLE events; PRAGMA user_version = 1");
        string backup = _folder.JournalPath + ".schema-1.bak";
        File.WriteAllText(backup, "an older copy");

        using (JournalFile journal = JournalFile.Open(_folder.Path))
        {
            Assert.Equal(JournalSchema.Current, journal.Run(c => c.Scalar<long>("PRAGMA user_version")));
            Assert.Equal(1, new JournalEntries(journal).CountPending());
        }

        using var copy = new SqliteConnection($"Data Source={backup};Mode=ReadOnly;Pooling=False");
        copy.Open();
        Assert.Equal("ok", copy.Scalar<string>("PRAGMA integrity_check"));
        Assert.Equal((1L, host, 1L), (copy.Scalar<long>("PRAGMA user_version"), copy.Scalar<string>("SELECT value FROM meta WHERE name = 'host_id'"), copy.Scalar<long>("SELECT COUNT(*) FROM entries")));
    }

    [Fact]
    public void Open_CurrentSchema_IsNotCopied()
    {
        JournalFile.Open(_folder.Path).Dispose();
        JournalFile.Open(_folder.Path).Dispose();

        Assert.Empty(Directory.EnumerateFiles(_folder.Path, "*.bak"));
    }

    [Fact]
    public void Open_OlderSchemaThatCannotBeCopied_IsRefusedAndLeftAsItIs()
    {
        JournalFile.Open(_folder.Path).Dispose();
        Write("DROP TABLE events; PRAGMA user_version = 1");
        Directory.CreateDirectory(_folder.JournalPath + ".schema-1.bak");

        JournalException e = Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path));

        Assert.Contains($"Journal {_folder.JournalPath} has schema 1, and cannot be copied", e.Message, StringComparison.Ordinal);
        using var connection = new SqliteConnection($"Data Source={_folder.JournalPath};Pooling=False");
        connection.Open();
        Assert.Equal(1, connection.Scalar<long>("PRAGMA user_version"));
    }

    [Fact]
    public void Open_DatabaseOfSomethingElse_IsRefused()
    {
        Write("CREATE TABLE recipes (name TEXT)");
        JournalException e = Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path));
        Assert.Contains($"{_folder.JournalPath} is an SQLite database but no journal", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)] // the magic text
    [InlineData(17)] // the page size
    [InlineData(100)] // the kind of the schema's page
    [InlineData(104)] // the number of its cells
    public void Open_FlippedHeaderByte_SaysDamagedAndKeepsTheFile(int offset)
    {
        JournalFile.Open(_folder.Path).Dispose();
        byte[] bytes = File.ReadAllBytes(_folder.JournalPath);
        bytes[offset] ^= 0xFF;
        File.WriteAllBytes(_folder.JournalPath, bytes);

        JournalException e = Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path));

        Assert.True(e.Damaged);
        Assert.Contains($"Journal {_folder.JournalPath} is damaged", e.Message, StringComparison.Ordinal);
        Assert.Contains("Move it away and start again; snapshots that were not delivered are lost with it.", e.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(_folder.JournalPath));
    }

    [Fact]
    public void Open_TextFile_SaysDamaged()
    {
        File.WriteAllText(_folder.JournalPath, new string('x', 8192));
        Assert.True(Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path)).Damaged);
    }

    [Fact]
    public void Open_FolderIsAFile_NamesTheRemedy()
    {
        string file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        Assert.Contains("name another state folder", Assert.Throws<JournalException>(() => JournalFile.Open(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_HeldByAnotherProcess_IsRefusedUntilItIsKilled()
    {
        using Process holder = await JournalHolder.StartAsync(_folder.Path);
        JournalException e = Assert.Throws<JournalException>(() => JournalFile.Open(_folder.Path));
        Assert.Equal($"Another tdxprobe uses this journal: {_folder.JournalPath}. Stop it, or give this one a state folder of its own.", e.Message);
        Assert.False(e.Damaged);

        holder.Kill();
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);

        using JournalFile journal = JournalFile.Open(_folder.Path);
        Assert.Equal(1, new JournalEntries(journal).NextPending()?.Sequence);
    }

    [Theory]
    [InlineData(3_053_004, true)]
    [InlineData(3_051_003, true)]
    [InlineData(3_051_002, false)]
    [InlineData(3_050_007, true)]
    [InlineData(3_050_006, false)]
    [InlineData(3_044_006, true)]
    [InlineData(3_045_000, false)]
    [InlineData(3_040_001, false)]
    public void Refusal_OfSqliteVersion_FollowsTheFix(int version, bool accepted) =>
        Assert.Equal(accepted, SqliteLibrary.Refusal(version) is null);

    [Fact]
    public void Refusal_OfOldSqlite_NamesTheVersion() =>
        Assert.Contains("SQLite library is 3.51.2", SqliteLibrary.Refusal(3_051_002), StringComparison.Ordinal);

    private void Write(string sql)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={_folder.JournalPath};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }
}
