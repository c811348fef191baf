namespace TdxDash.Web.Tests.Support;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    private TestStore? _database;

    public string Path { get; } = Directory.CreateTempSubdirectory("tdxdash-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The PostgreSQL database that belongs to what the folder holds; the same one each time.</summary>
    public TestStore Database() => _database ??= TestStore.MakePostgres();

    public void Dispose()
    {
        _database?.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
