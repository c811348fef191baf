using System.IO.MemoryMappedFiles;

namespace TdxDash.Faults.Support;

/// <summary>How many circuits, the server's side of open pages, a dashboard holds; StartupHook.cs has the dashboard's side.</summary>
internal sealed class CircuitCount : IDisposable
{
    /// <summary>Names the file that both sides share.</summary>
    public const string Variable = "TDXDASH_CIRCUITS";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CircuitCount(string folder)
    {
        string path = Path.Combine(folder, "circuits");
        File.WriteAllBytes(path, new byte[sizeof(long)]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        _view = _file.CreateViewAccessor(0, sizeof(long));
        Prefix = ["env", $"DOTNET_STARTUP_HOOKS={typeof(CircuitCount).Assembly.Location}", $"{Variable}={path}"];
    }

    /// <summary>What stands before the command line.</summary>
    public string[] Prefix { get; }

    /// <summary>As Blazor itself counts them: those whose page is connected, and those that are kept for a page to come back.</summary>
    public long Now => _view.ReadInt64(0);

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
