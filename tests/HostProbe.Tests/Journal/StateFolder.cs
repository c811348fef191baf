using TdxDash.HostProbe.Journal;

namespace TdxDash.HostProbe.Tests.Journal;

/// <summary>A state folder of its own for each test.</summary>
internal sealed class StateFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("tdxprobe-test-").FullName;

    public string JournalPath => System.IO.Path.Combine(Path, JournalFile.FileName);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
